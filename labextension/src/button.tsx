import type { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

type Props = {
  icon?: LabIcon;
  /** Said and shown when pointed at. */
  title: string;
  /** Shown beside the icon. */
  label?: string;
  className?: string;
  disabled?: boolean;
  onClick: () => void;
};

/** A button of the panel; the keyboard reaches it as the mouse does. */
export function Button(props: Props): JSX.Element {
  const { icon: Icon, title, label, className = '', disabled, onClick } = props;
  return (
    <button
      type="button"
      className={`jp-llmchat-button ${className}`}
      title={title}
      aria-label={title}
      disabled={disabled}
      onClick={onClick}
    >
      {Icon && <Icon.react tag="span" className="jp-llmchat-icon" />}
      {label && <span>{label}</span>}
    </button>
  );
}
