import { cells } from './cells/plugin';
import { dashboard } from './dashboard/plugin';
import { service } from './service';
import { sidebar } from './sidebar/plugin';
import { status } from './status/plugin';

export default [service, sidebar, cells, status, dashboard];
