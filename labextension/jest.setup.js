/** What JupyterLab's modules expect of a browser and jsdom does not have. */

const { TextDecoder, TextEncoder } = require('util');

Object.assign(globalThis, { TextDecoder, TextEncoder });
globalThis.DragEvent = class DragEvent extends Event {};
globalThis.structuredClone ??= value => JSON.parse(JSON.stringify(value));
window.matchMedia ??= () => ({ matches: false, addListener() {}, removeListener() {} });
globalThis.fetch ??= () => Promise.reject(new Error('There is no network in these tests.'));
globalThis.Request ??= class Request {};
globalThis.Response ??= class Response {};
globalThis.Headers ??= class Headers {};
