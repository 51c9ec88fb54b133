/** What can be typed instead of a question. */

import type { CommandRegistry } from '@lumino/commands';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ModelList, Session } from '../protocol';
import type { IChatService } from '../tokens';
import type { Notes } from './notes';
import type { SlashCommand } from './slash';
import type { Workplace } from './workplace';

export type CommandOptions = {
  service: IChatService;
  workplace: Workplace;
  commands: CommandRegistry;
  notes: Notes;
  trans: TranslationBundle;
};

const LEFT_TO_MODEL = 'auto';
const TIERS = ['fast', 'balanced', 'complex'];

export function slashCommands(options: CommandOptions): SlashCommand[] {
  const commands = [...aboutCells(options), ...aboutTheChat(options)];
  const { trans } = options;
  return [
    ...commands,
    {
      name: '/help',
      argument: '',
      description: trans.__('List the commands'),
      run: () => options.notes.say(...help(commands, trans))
    }
  ];
}

function aboutCells(options: CommandOptions): SlashCommand[] {
  const { trans } = options;
  const more = trans.__('[what matters]');
  return [
    {
      name: '/explain',
      argument: more,
      description: trans.__('Explain the selected cell'),
      run: argument => act(options, 'explain', argument)
    },
    {
      name: '/fix',
      argument: more,
      description: trans.__('Correct the selected cell'),
      run: argument => act(options, 'fix', argument)
    },
    {
      name: '/improve',
      argument: more,
      description: trans.__('Improve the selected cell'),
      run: argument => act(options, 'improve', argument)
    },
    {
      name: '/generate',
      argument: trans.__('<what the code is to do>'),
      description: trans.__('Write code for the selected cell'),
      run: argument => act(options, 'generate', argument)
    }
  ];
}

function aboutTheChat(options: CommandOptions): SlashCommand[] {
  const { service, trans } = options;
  const begin = (): void => service.setCurrentSession(null);
  return [
    {
      name: '/clear',
      argument: '',
      description: trans.__('Begin a new conversation; this one is kept'),
      run: begin
    },
    { name: '/new', argument: '', description: trans.__('The same as /clear'), run: begin },
    {
      name: '/model',
      argument: trans.__('[fast, balanced, complex or auto]'),
      description: trans.__('Choose the model of this conversation'),
      values: [...TIERS, LEFT_TO_MODEL],
      run: argument => (argument === '' ? tellModels(options) : choose(options, argument))
    }
  ];
}

type Action = 'explain' | 'fix' | 'improve' | 'generate';

/** As the cell's own button would, so that a change is proposed at the cell. */
async function act(options: CommandOptions, action: Action, argument: string): Promise<void> {
  const { commands, workplace, trans } = options;
  if (action === 'generate' && argument === '') {
    throw new Error(trans.__('Say what the code is to do: /generate a table of squares'));
  }
  if (workplace.activeCell === null) {
    throw new Error(trans.__('No notebook is open. Open one and select a cell.'));
  }
  await commands.execute(`llmchat:${action}-cell`, { prompt: argument });
}

async function choose(options: CommandOptions, tier: string): Promise<void> {
  const { service, trans, notes } = options;
  if (tier !== LEFT_TO_MODEL && !TIERS.includes(tier)) {
    throw new Error(
      trans.__('There is no model "%1". Choose fast, balanced, complex or auto.', tier)
    );
  }
  const id = service.currentSession ?? (await begun(service));
  const body = { tier: tier === LEFT_TO_MODEL ? null : tier };
  await service.api.send<Session>('POST', `sessions/${id}/model`, body);
  notes.say(
    body.tier === null
      ? trans.__('Each question is answered by the model that fits it.')
      : trans.__('This conversation is answered by the model "%1" from now on.', tier)
  );
}

async function begun(service: IChatService): Promise<string> {
  const { id } = await service.api.createSession();
  service.setCurrentSession(id);
  return id;
}

async function tellModels({ service, trans, notes }: CommandOptions): Promise<void> {
  const { models }: ModelList = await service.api.models();
  const id = service.currentSession;
  const config = id === null ? {} : (await service.api.session(id)).config;
  const chosen = typeof config.tier === 'string' ? config.tier : LEFT_TO_MODEL;
  notes.say(
    trans.__('Chosen for this conversation: %1.', chosen),
    ...models.map(each => `${each.tier}: ${each.name}`),
    trans.__('Choose with /model fast, balanced, complex or auto.')
  );
}

function help(commands: readonly SlashCommand[], trans: TranslationBundle): string[] {
  const lines = commands.map(({ name, argument, description }) =>
    `${[name, argument].filter(Boolean).join(' ')}: ${description}`
  );
  return [...lines, trans.__('@file:, @cell: and @var: name what a question is about.')];
}
