/** The dashboard as a widget. */

import { ReactWidget } from '@jupyterlab/apputils';
import type { IThemeManager } from '@jupyterlab/apputils';
import React from 'react';

import { LiveFigures } from './live';
import type { Palette } from './spec';
import { View } from './view';
import type { ViewOptions } from './view';

export type DashboardOptions = Omit<ViewOptions, 'live'> & { themes: IThemeManager | null };

export class Dashboard extends ReactWidget {
  constructor(private readonly options: DashboardOptions) {
    super();
    this.addClass('jp-llmchat-dashboard');
    this.live = new LiveFigures(options.service.api, () => this.isVisible);
    options.themes?.themeChanged.connect(this.onTheme, this);
  }

  readonly live: LiveFigures;

  dispose(): void {
    if (!this.isDisposed) {
      this.options.themes?.themeChanged.disconnect(this.onTheme, this);
      this.live.dispose();
      super.dispose();
    }
  }

  protected onAfterShow(): void {
    void this.live.refresh();
  }

  protected render(): JSX.Element {
    return <View {...this.options} live={this.live} palette={palette()} />;
  }

  /** Plots have the theme's colours written into them. */
  private onTheme(): void {
    this.update();
  }
}

function palette(): Palette {
  const style = window.getComputedStyle(document.body);
  const colour = (name: string, otherwise: string): string =>
    style.getPropertyValue(name).trim() || otherwise;
  return {
    text: colour('--jp-ui-font-color1', '#616161'),
    grid: colour('--jp-border-color2', '#9e9e9e'),
    first: colour('--jp-brand-color1', '#1976d2'),
    second: colour('--jp-warn-color1', '#f57c00')
  };
}
