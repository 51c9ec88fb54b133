import { service } from './service';
import { sidebar } from './sidebar/plugin';

export default [service, sidebar];
