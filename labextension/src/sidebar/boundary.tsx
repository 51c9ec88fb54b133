import React from 'react';

type Props = { message: string; children: React.ReactNode };

/** What cannot be shown is said in its place; the rest of the conversation stays. */
export class Boundary extends React.Component<Props, { failed: boolean }> {
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  readonly state = { failed: false };

  componentDidCatch(error: Error): void {
    console.error('A message could not be shown.', error);
  }

  render(): React.ReactNode {
    return this.state.failed ? (
      <p className="jp-llmchat-error">{this.props.message}</p>
    ) : (
      this.props.children
    );
  }
}
