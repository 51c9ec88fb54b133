import React from 'react';

/** A name and what is to be said of it; nothing where there is nothing. */
export function Row(props: { name: string; children: React.ReactNode }): JSX.Element | null {
  const { name, children } = props;
  if (children === null || children === false || children === '') {
    return null;
  }
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export function Rows({ children }: { children: React.ReactNode }): JSX.Element {
  return <dl className="jp-llmchat-rows">{children}</dl>;
}
