/** In the place of styles and icons; an icon must not be empty. */
module.exports = '<svg></svg>';
