import type { CellText } from './requests';

const COMMENT = /^(?:#+|\/\/+|--+|%+)\s*/;
const HEADING = /^#+\s*/;

/** What a cell says it is to become: its text, or its comments where it has nothing else. */
export function wishIn({ type, source }: CellText): string {
  const lines = source.split('\n').map(each => each.trim());
  const mark = type === 'code' ? COMMENT : HEADING;
  if (type === 'code' && lines.some(each => each !== '' && !mark.test(each))) {
    return '';
  }
  return lines
    .map(each => each.replace(mark, ''))
    .filter(each => each !== '')
    .join(' ');
}
