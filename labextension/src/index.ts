import { cells } from './cells/plugin';
import { service } from './service';
import { sidebar } from './sidebar/plugin';

export default [service, sidebar, cells];
