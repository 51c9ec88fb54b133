/** Tests of the panel's own code, without a browser. */

const MODULES_TO_TRANSLATE = [
  '@codemirror', '@jupyter', '@jupyterlab', '@lezer', '@lumino', '@microsoft', '@mui', '@rjsf',
  'exenv-es6', 'fast-deep-equal', 'lib0', 'lodash-es', 'marked', 'nanoid', 'vscode-ws-jsonrpc',
  'y-protocols', 'y-websocket', 'yjs', 'style-mod', 'w3c-keyname', 'crelt', '@marijn'
].join('|');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'jsdom',
  // Machines are busy, and no test measures.
  testTimeout: 60_000,
  roots: ['<rootDir>/src'],
  testRegex: '/__tests__/.*\\.test\\.tsx?$',
  moduleNameMapper: {
    '^@jupyter/chat$': '<rootDir>/jest.chat.js',
    '\\.(css|less|sass|scss)$': '<rootDir>/jest.empty.js',
    '\\.(svg|raw)$': '<rootDir>/jest.empty.js'
  },
  setupFiles: ['<rootDir>/jest.setup.js'],
  transform: {
    '\\.(js|mjs|tsx?)$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          target: 'es2022',
          transform: { react: { runtime: 'classic' } }
        },
        module: { type: 'commonjs' }
      }
    ]
  },
  transformIgnorePatterns: [`/node_modules/(?!(${MODULES_TO_TRANSLATE})/)`]
};
