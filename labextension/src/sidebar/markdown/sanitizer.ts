/**
 * What of a model's text may get into the page. Everything is built anew from a short list
 * of elements and attributes; the rest becomes text or is left out.
 */

import type { IRenderMime } from '@jupyterlab/rendermime';

import { LESS } from './source';

const ELEMENTS = new Set(
  (
    'a b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i input ins kbd li ol ' +
    'p pre s span strong sub sup table tbody td tfoot th thead tr u ul'
  ).split(' ')
);
/** Their content is not text either. */
const DROPPED = new Set(
  (
    'script style template iframe object embed svg math noscript noembed noframes xmp ' +
    'plaintext title textarea select audio video canvas head'
  ).split(' ')
);
const LINK = /^(?:https?:\/\/|mailto:)/i;
/** What the highlighter of Jupyter sets. */
const CODE_CLASS = /^(?:ͼ[0-9a-z]+|cm-[a-z0-9-]+|tok-[a-z0-9]+|language-[\w+#.-]+)$/i;
const ALIGN = /^(?:left|right|center)$/;
/** Macros that link, style, load, or set attributes; not to be read as such. */
const MACROS =
  'href url style class cssId data bbox require includegraphics mmlToken html\\w* unicode ' +
  'csname texttip tooltip mathtip action toggle def let newcommand renewcommand ' +
  'newenvironment renewenvironment';
const MACRO = new RegExp(`\\\\(?=(?:${MACROS.split(' ').join('|')})(?![a-z]))`, 'gi');
const WORD_JOINER = '\u2060';

export class ModelTextSanitizer implements IRenderMime.ISanitizer {
  readonly allowNamedProperties = false;
  readonly allowCommandLinker = false;

  getAutolink(): boolean {
    return false;
  }

  sanitize(dirty: string): string {
    // A document without a window: nothing in it is loaded or run.
    const parsed = new DOMParser().parseFromString(dirty, 'text/html');
    const clean = document.implementation.createHTMLDocument('').createElement('div');
    copyChildren(parsed.body, clean, false);
    return clean.innerHTML;
  }
}

function copyChildren(from: Node, to: Element, isCode: boolean): void {
  from.childNodes.forEach(child => {
    if (child.nodeType === Node.TEXT_NODE) {
      to.append(cleanText(child.nodeValue ?? '', isCode));
    } else if (child.nodeType === Node.ELEMENT_NODE) {
      copyElement(child as Element, to, isCode);
    }
  });
}

function copyElement(element: Element, to: Element, isCode: boolean): void {
  const name = element.localName;
  const isHtml = element.namespaceURI === 'http://www.w3.org/1999/xhtml';
  if (!isHtml || DROPPED.has(name)) {
    return;
  }
  if (name === 'img') {
    to.append(imageText(element));
    return;
  }
  const isCodeInside = isCode || name === 'pre' || name === 'code';
  if (!ELEMENTS.has(name) || (name === 'input' && !isCheckbox(element))) {
    copyChildren(element, to, isCodeInside);
    return;
  }
  const copy = to.ownerDocument.createElement(name);
  copyAttributes(element, copy, isCodeInside);
  copyChildren(element, copy, isCodeInside);
  to.append(copy);
}

function copyAttributes(from: Element, to: Element, isCode: boolean): void {
  if (to.localName === 'a') {
    const href = (from.getAttribute('href') ?? '').trim().split(LESS).join('%3C');
    if (LINK.test(href)) {
      to.setAttribute('href', href);
      to.setAttribute('target', '_blank');
      to.setAttribute('rel', 'noopener noreferrer nofollow');
    }
  } else if (to.localName === 'input') {
    to.setAttribute('type', 'checkbox');
    to.setAttribute('disabled', '');
    to.toggleAttribute('checked', from.hasAttribute('checked'));
  } else if (to.localName === 'td' || to.localName === 'th') {
    copyIf(from, to, 'align', value => ALIGN.test(value));
  } else if (to.localName === 'ol') {
    copyIf(from, to, 'start', value => /^\d{1,9}$/.test(value));
  } else if (isCode) {
    const names = Array.from(from.classList).filter(each => CODE_CLASS.test(each));
    if (names.length > 0) {
      to.setAttribute('class', names.join(' '));
    }
  }
}

function copyIf(
  from: Element,
  to: Element,
  name: string,
  isGood: (value: string) => boolean
): void {
  const value = from.getAttribute(name);
  if (value !== null && isGood(value)) {
    to.setAttribute(name, value);
  }
}

function isCheckbox(element: Element): boolean {
  return element.getAttribute('type') === 'checkbox';
}

/** An image is never loaded: its request would tell somebody that the answer was read. */
function imageText(element: Element): string {
  const named = cleanText(element.getAttribute('alt') ?? '', false);
  const source = cleanText(element.getAttribute('src') ?? '', false);
  const address = /^https?:/i.test(source) ? source : '';
  return `[${[named, address].filter(each => each !== '').join(': ') || '…'}]`;
}

function cleanText(text: string, isCode: boolean): string {
  const plain = text.split(LESS).join('<');
  // Code is not read as a formula.
  return isCode ? plain : plain.replace(MACRO, `\\${WORD_JOINER}`);
}
