/**
 * The parts of the chat library that need no notebook. As a whole it does not load outside
 * of a bundle: JupyterLab's modules import each other in circles.
 */
module.exports = {
  ...require('@jupyter/chat/lib/input-model'),
  ...require('@jupyter/chat/lib/model'),
  ...require('@jupyter/chat/lib/registers')
};
