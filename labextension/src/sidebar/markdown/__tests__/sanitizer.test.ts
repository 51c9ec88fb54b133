import { ModelTextSanitizer } from '../sanitizer';
import { LESS } from '../source';

const sanitizer = new ModelTextSanitizer();
const clean = (html: string): string => sanitizer.sanitize(html);

test.each([
  ['<script>alert(1)</script>', ''],
  ['<p onclick="alert(1)" style="color:red" id="a" name="b">x</p>', '<p>x</p>'],
  ['<a href="javascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href=" jAvascript:alert(1)">x</a>', '<a>x</a>'],
  ['<a href="data:text/html,x">x</a>', '<a>x</a>'],
  ['<a href="/lab/tree/x">x</a>', '<a>x</a>'],
  ['<a href="#id">x</a>', '<a>x</a>'],
  ['<a data-commandlinker-command="x" data-commandlinker-args="{}">x</a>', '<a>x</a>'],
  ['<button data-commandlinker-command="x">x</button>', 'x'],
  ['<iframe src="http://x"></iframe>', ''],
  ['<svg><image href="http://x"/></svg>', ''],
  ['<math><mtext><script>alert(1)</script></mtext></math>', ''],
  ['<style>@import "http://x"</style>', ''],
  ['<form action="http://x"><input name="a"></form>', ''],
  ['<video src="http://x"></video>', ''],
  ['<meta http-equiv="refresh" content="0;url=http://x">', ''],
  ['<base href="http://x">y', 'y'],
  ['<link rel="stylesheet" href="http://x">', ''],
  ['<table background="http://x"><tbody><tr><td background="x">y</td></tr></tbody></table>',
    '<table><tbody><tr><td>y</td></tr></tbody></table>'],
  ['<span class="jp-Button cm-keyword">x</span>', '<span>x</span>'],
  ['<!-- c --><b>x</b>', '<b>x</b>']
])('%s', (dirty, expected) => {
  expect(clean(dirty)).toBe(expected);
});

test('what is parsed in two ways is harmless in both', () => {
  const html = '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>';
  expect(clean(html)).not.toMatch(/<img|onerror/);
});

test('links out are kept, and open elsewhere', () => {
  expect(clean('<a href="https://x.org/">x</a>')).toBe(
    '<a href="https://x.org/" target="_blank" rel="noopener noreferrer nofollow">x</a>'
  );
});

test('an image is told, not loaded', () => {
  expect(clean('<img src="https://x.org/a.png" alt="A">')).toBe('[A: https://x.org/a.png]');
  expect(clean('<img src="data:image/png;base64,AA" alt="A">')).toBe('[A]');
});

test('the colours of code are kept', () => {
  const html = '<pre><code class="language-python x"><span class="ͼ1a y">if</span></code></pre>';
  expect(clean(html)).toBe(
    '<pre><code class="language-python"><span class="ͼ1a">if</span></code></pre>'
  );
});

test('what was written as a tag is text', () => {
  expect(clean(`<p>${LESS}b>x</p>`)).toBe('<p>&lt;b&gt;x</p>');
});

test('a formula cannot link, style or change others', () => {
  for (const macro of ['href', 'style', 'class', 'cssId', 'require', 'def', 'HREF']) {
    expect(clean(`$\\${macro}{a}{b}$`)).not.toContain(`\\${macro}`);
  }
  expect(clean('$\\left( \\displaystyle x \\right)$')).toBe('$\\left( \\displaystyle x \\right)$');
  expect(clean('<code>\\href</code>')).toBe('<code>\\href</code>');
});

test('lists and boxes to tick are kept', () => {
  const html = '<ol start="3"><li><input type="checkbox" checked onclick="x"> x</li></ol>';
  expect(clean(html)).toBe(
    '<ol start="3"><li><input type="checkbox" disabled="" checked=""> x</li></ol>'
  );
});
