"""How a panel looks: a style sheet in the front end's own colours, and its controls.

What a server or a model has said is never part of a style sheet, a tooltip or a label.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import ipywidgets as widgets
from ipywidgets.widgets.widget_string import HTMLMathStyle, HTMLStyle

Widget = Any
"""One of ipywidgets, which has no types."""

STYLE = """<style>
.llmchat-panel { container-type: inline-size; box-sizing: border-box; gap: 8px;
  width: 100%; max-width: 60em; padding: 12px; border-radius: 8px;
  border: 1px solid var(--jp-border-color2, rgba(127, 127, 127, 0.35)); }
.llmchat-panel .widget-html, .llmchat-panel .widget-htmlmath { margin: 0; height: auto;
  width: auto; min-width: 0; max-width: 100%; }
.llmchat-panel .widget-html-content, .llmchat-panel .widget-htmlmath-content {
  line-height: 1.5; height: auto; min-width: 0; overflow-wrap: anywhere;
  font-size: var(--jp-content-font-size1, 14px);
  color: var(--jp-content-font-color1, inherit); }
.llmchat-panel .widget-html-content > *:first-child,
.llmchat-panel .widget-htmlmath-content > *:first-child { margin-top: 0; }
.llmchat-panel .widget-html-content > *:last-child,
.llmchat-panel .widget-htmlmath-content > *:last-child { margin-bottom: 0; }
.llmchat-panel table { border-collapse: collapse; font-size: 0.92em; margin: 0.5em 0; }
.llmchat-panel th, .llmchat-panel td { text-align: left; padding: 2px 16px 2px 0; }
.llmchat-panel pre { margin: 0.5em 0; line-height: 1.35; }
.llmchat-panel .widget-vbox { gap: 6px; }
.llmchat-panel .llmchat-row { gap: 4px; align-items: center; overflow: visible; }
.llmchat-panel .llmchat-row > * { margin: 0; }
.llmchat-panel .llmchat-list { gap: 18px; overflow: visible; padding: 2px 8px 2px 2px; }
.llmchat-panel .llmchat-turn { overflow: visible; }
.llmchat-panel .widget-vbox:empty { display: none; }
.llmchat-panel .llmchat-question { align-self: flex-end; max-width: 85%;
  padding: 6px 12px; border-radius: 12px 12px 2px 12px;
  background: var(--jp-layout-color2, rgba(127, 127, 127, 0.15)); }
.llmchat-panel .llmchat-notice { padding: 4px 10px; border-radius: 6px;
  background: var(--jp-layout-color2, rgba(127, 127, 127, 0.15)); }
.llmchat-panel .llmchat-trouble { border-left:
  3px solid var(--jp-error-color1, currentColor); }
.llmchat-panel .llmchat-quiet.jupyter-button { background: none; box-shadow: none;
  padding: 0 8px; opacity: 0.75; color: inherit;
  font-size: var(--jp-ui-font-size1, 13px); height: 24px; line-height: 24px; }
.llmchat-panel .llmchat-quiet.jupyter-button:disabled { opacity: 0.35; }
.llmchat-panel .llmchat-quiet.jupyter-button:hover:enabled,
.llmchat-panel .llmchat-quiet.jupyter-button:focus-visible { opacity: 1;
  background: var(--jp-layout-color2, rgba(127, 127, 127, 0.15)); }
.llmchat-panel .jupyter-button { border-radius: 6px; }
.llmchat-panel .jupyter-button:focus-visible, .llmchat-panel textarea:focus-visible,
.llmchat-panel select:focus-visible, .llmchat-panel input:focus-visible {
  outline: 2px solid var(--jp-brand-color1, currentColor); outline-offset: 1px; }
.llmchat-panel .widget-textarea, .llmchat-panel .widget-text,
.llmchat-panel .widget-dropdown, .llmchat-panel .widget-select,
.llmchat-panel .widget-checkbox { margin: 0; }
.llmchat-panel .widget-checkbox { margin-right: 16px; }
.llmchat-panel textarea { border-radius: 6px; box-sizing: border-box;
  font-family: inherit; height: auto;
  font-size: var(--jp-content-font-size1, 14px); resize: vertical; padding: 8px; }
.llmchat-panel .llmchat-code textarea {
  font-family: var(--jp-code-font-family, monospace);
  font-size: var(--jp-code-font-size, 13px); }
.llmchat-panel .jupyter-widget-Collapse, .llmchat-panel .lm-Accordion-child,
.llmchat-panel .jupyter-widget-Collapse-contents, .llmchat-panel .p-Accordion-child {
  margin: 0; }
.llmchat-panel .jupyter-widget-Collapse-header { padding: 4px 0; opacity: 0.75;
  font-weight: normal;
  font-size: var(--jp-ui-font-size1, 13px); border: none; background: none;
  color: inherit; }
.llmchat-panel .jupyter-widget-Collapse-header:hover,
.llmchat-panel .jupyter-widget-Collapse-header:focus { opacity: 1;
  background: var(--jp-layout-color2, rgba(127, 127, 127, 0.15)); }
.llmchat-panel .jupyter-widget-Collapse-contents { padding: 4px 12px 8px;
  background: none; color: inherit; border: none;
  border-left: 2px solid var(--jp-border-color2, rgba(127, 127, 127, 0.35)); }
@container (max-width: 26em) {
  .llmchat-panel .llmchat-question { max-width: 100%; }
  .llmchat-panel .llmchat-row { width: 100%; } }
</style>"""

WRAPPED = "row wrap"
LABEL: Final = {"description_width": "7em"}


class Look:
    """Makes the widgets of one panel. They share layouts: each one is a message more.

    Every control that is made here has a description or a tooltip.
    """

    def __init__(self) -> None:
        self.fit = widgets.Layout(width="auto", flex="0 0 auto")
        self.grow = widgets.Layout(width="auto", flex="1 1 10em", min_width="0")
        self.full = widgets.Layout(width="100%", overflow="visible")
        self._row = widgets.Layout(flex_flow=WRAPPED, width="100%", overflow="visible")
        self._field = widgets.Layout(width="auto", flex="0 1 17em", min_width="0")
        self._button = widgets.ButtonStyle()
        self._html = HTMLStyle()
        self._math = HTMLMathStyle()
        layouts = (self.fit, self.grow, self.full, self._row, self._field)
        self._shared = [*layouts, self._button, self._html, self._math]
        self._open: dict[str, Widget] = {}
        """What has to be closed some time, by model id."""

    def own(self, widget: Widget, name: str = "") -> Widget:
        """Has it closed with the panel; the name is for the style sheet."""
        self._open[widget.model_id] = widget
        if name:
            widget.add_class(name)
        return widget

    def share(self, layout: Widget) -> Widget:
        """Keeps a layout that widgets have one after the other."""
        self._shared.append(layout)
        return layout

    def html(
        self, value: str = "", name: str = "", layout: Widget | None = None
    ) -> Widget:
        """For HTML that is safe as it is."""
        made = widgets.HTML(value, layout=layout or self.full, style=self._html)
        return self.own(made, name)

    def math(self, value: str = "") -> Widget:
        """As `html`; formulas in it are set."""
        return self.own(widgets.HTMLMath(value, layout=self.full, style=self._math))

    def button(
        self,
        text: str,
        tooltip: str,
        on_click: Callable[[], object],
        *,
        icon: str = "",
        kind: str = "",
        is_quiet: bool = False,
    ) -> Widget:
        made = widgets.Button(
            description=text,
            tooltip=tooltip,
            icon=icon,
            button_style=kind,
            layout=self.fit,
            style=self._button,
        )
        made.on_click(lambda _: on_click())
        return self.own(made, "llmchat-quiet" if is_quiet else "")

    def field(self, kind: Callable[..., Widget], label: str, **settings: Any) -> Widget:
        """A control with its label before it."""
        made = kind(description=label, style=LABEL, layout=self._field, **settings)
        return self.own(made)

    def line(self, *children: Widget) -> Widget:
        """Beside each other, on several lines where there is little room."""
        made = widgets.Box(children, layout=self._row)
        return self.own(made, "llmchat-row")

    def column(self, *children: Widget, name: str = "") -> Widget:
        return self.own(widgets.VBox(children, layout=self.full), name)

    def folded(self, titles: Sequence[str], children: Sequence[Widget]) -> Widget:
        made = widgets.Accordion(
            children=tuple(children),
            titles=tuple(titles),
            selected_index=None,
            layout=self.full,
        )
        return self.own(made)

    def fill(self, box: Widget, *children: Widget) -> None:
        """Puts these into a box and closes what was in it."""
        before = box.children
        box.children = children
        for each in before:
            if not any(each is child for child in children):
                self.close(each)

    def close(self, widget: Widget) -> None:
        """A widget with all that is in it, except for what others use too."""
        if widget.comm is None:
            return
        for child in getattr(widget, "children", ()):
            self.close(child)
        for part in (getattr(widget, "layout", None), getattr(widget, "style", None)):
            if part is not None and not any(part is each for each in self._shared):
                part.close()
        self._open.pop(widget.model_id, None)
        widget.close()

    def close_all(self) -> None:
        while self._open:
            self.close(next(iter(self._open.values())))
        for each in self._shared:
            each.close()
