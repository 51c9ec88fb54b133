import React, { useEffect, useState } from 'react';

import { useSurroundings } from './surroundings';

/** Whole seconds since a time of this page's clock. */
export function Elapsed({ since }: { since: number }): JSX.Element {
  const { trans } = useSurroundings();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  const passed = Math.max(0, Math.round((now - since) / 1000));
  return (
    <span className="jp-llmchat-time" aria-hidden="true">
      {trans.__('%1 s', passed)}
    </span>
  );
}
