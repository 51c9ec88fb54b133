import { LabIcon } from '@jupyterlab/ui-components';

const CHAT = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
<path class="jp-icon3" fill="#616161" d="M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm0 2v10h16V5zm3 2h10v2H7zm0 4h7v2H7z"/>
</svg>`;

/** Of the panel and of what belongs to it. */
export const chatIcon = new LabIcon({ name: 'jupyter-llmchat:chat', svgstr: CHAT });

const SEND = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
<path class="jp-icon3" fill="#616161" d="M11 20V7.8l-5.6 5.6L4 12l8-8 8 8-1.4 1.4L13 7.8V20z"/>
</svg>`;

export const sendIcon = new LabIcon({ name: 'jupyter-llmchat:send', svgstr: SEND });

const DASHBOARD = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
<path class="jp-icon3" fill="#616161" d="M4 20V10h4v10zm6 0V4h4v16zm6 0v-7h4v7z"/>
</svg>`;

export const dashboardIcon = new LabIcon({
  name: 'jupyter-llmchat:dashboard',
  svgstr: DASHBOARD
});
