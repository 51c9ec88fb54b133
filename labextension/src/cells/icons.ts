import { LabIcon } from '@jupyterlab/ui-components';

function drawn(name: string, path: string): LabIcon {
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
<path class="jp-icon3 jp-icon-selectable" fill="#616161" d="${path}"/>
</svg>`;
  return new LabIcon({ name: `jupyter-llmchat:${name}`, svgstr });
}

/** A bubble with a question mark. */
export const explainIcon = drawn(
  'explain',
  'M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm0 2v10h16V5zm7 7h2v2h-2zm1-6a3 3 0 0 1 3 3c0 1.9-2 2-2 2.5h-2c0-2 2-1.8 2-2.5a1 1 0 0 0-2 0H9a3 3 0 0 1 3-3z'
);

/** A wrench. */
export const fixIcon = drawn(
  'fix',
  'M21.7 18.3 12.6 9.2a6 6 0 0 0-7.9-7l3.6 3.6-2.5 2.5-3.7-3.6a6 6 0 0 0 7.2 8l9.1 9.1a1 1 0 0 0 1.4 0l2-2a1 1 0 0 0-.1-1.5z'
);

/** A plus beside lines. */
export const generateIcon = drawn(
  'generate',
  'M3 5h12v2H3zm0 4h12v2H3zm0 4h8v2H3zm13 0h2v4h4v2h-4v4h-2v-4h-4v-2h4z'
);

/** An arrow that goes up. */
export const improveIcon = drawn(
  'improve',
  'M3 16.6 9.3 10.3l4 4L19.6 8H16V6h7v7h-2V9.4l-7.7 7.7-4-4L4.4 18z'
);
