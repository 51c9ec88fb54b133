/** What every part of the list needs. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { SessionMenu } from './session-menu';
import type { Sessions } from './sessions';

export type ViewProps = { sessions: Sessions; menu: SessionMenu; trans: TranslationBundle };
