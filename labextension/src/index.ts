import { cells } from './cells/plugin';
import { context } from './context/plugin';
import { dashboard } from './dashboard/plugin';
import { service } from './service';
import { sessions } from './sessions/plugin';
import { sidebar } from './sidebar/plugin';
import { status } from './status/plugin';

export default [service, sidebar, cells, context, dashboard, sessions, status];
