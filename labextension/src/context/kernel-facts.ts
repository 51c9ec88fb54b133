/**
 * What a kernel tells of its variables, by this package's own code in it. That code only
 * looks: no cell runs, no cell's number changes, and no code of the user's is called.
 */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ContextPart } from '../protocol';
import type { Workplace } from './workplace';

export type VariableName = { name: string; type: string };

const MODULE = 'jupyter_llmchat.kernel.for_sidebar';
const PATIENCE_MS = 10_000;
/** Values may change without a cell that runs: a widget is moved, a thread goes on. */
const FRESH_MS = 5_000;

/** Why a kernel cannot be asked. Its message is for people. */
export class CannotTell extends Error {}

type Known = { key: string; until: number; told: Promise<unknown> };

export class KernelFacts {
  constructor(
    private readonly workplace: Workplace,
    private readonly trans: TranslationBundle
  ) {}

  /** Why there is nothing to be asked now; null if there is. */
  get obstacle(): string | null {
    const { kernel, notebook } = this.workplace;
    const { trans, language } = this;
    if (notebook === null) {
      return trans.__('No notebook is open.');
    }
    if (kernel === null) {
      return trans.__('The notebook has no kernel. Choose one in its toolbar.');
    }
    if (language !== '' && language !== 'python') {
      return trans.__('Variables can be read of Python only, and this kernel runs %1.', language);
    }
    const missing = this.unable.get(kernel.id);
    if (missing !== undefined && missing.runs === this.workplace.runs) {
      return missing.reason;
    }
    if (!['idle', 'busy'].includes(kernel.status)) {
      return trans.__('The kernel is not running. Start it again in the Kernel menu.');
    }
    return null;
  }

  /** Whether the kernel does something of the user's, for which nobody waits here. */
  private get isBusy(): boolean {
    const { kernel, isRunning } = this.workplace;
    return kernel?.status === 'busy' && (isRunning || this.asking === 0);
  }

  /** Facts for a question; of the named variables only, if any are named. */
  async facts(question: string, names: readonly string[] | null): Promise<ContextPart[]> {
    const asked = JSON.stringify({ question, names });
    const told = await this.ask(`variables(${JSON.stringify(asked)})`);
    return (told as { parts: ContextPart[] }).parts;
  }

  /** To choose from, the newest first. */
  async names(): Promise<VariableName[]> {
    return ((await this.ask('names()')) as { names: VariableName[] }).names;
  }

  private get language(): string {
    const info = this.workplace.notebook?.content.model?.getMetadata('language_info');
    return String((info as { name?: unknown } | undefined)?.name ?? '').toLowerCase();
  }

  private ask(call: string): Promise<unknown> {
    const { kernel, runs } = this.workplace;
    const busy = this.trans.__('A cell is running. Variables can be read when it has ended.');
    const obstacle = this.obstacle ?? (this.isBusy ? busy : null);
    if (kernel === null || obstacle !== null) {
      return Promise.reject(new CannotTell(obstacle ?? ''));
    }
    const key = `${kernel.id} ${runs} ${call}`;
    if (this.known?.key !== key || this.known.until < Date.now()) {
      this.known = { key, until: Date.now() + FRESH_MS, told: this.request(kernel, call) };
      // A failure is not remembered.
      this.known.told.catch(() => {
        this.known = null;
      });
    }
    return this.known.told;
  }

  private async request(kernel: Kernel.IKernelConnection, call: string): Promise<unknown> {
    this.asking += 1;
    try {
      const reply = await this.reply(kernel, call);
      return this.read(kernel, reply);
    } finally {
      this.asking -= 1;
    }
  }

  private async reply(
    kernel: Kernel.IKernelConnection,
    call: string
  ): Promise<KernelMessage.IExecuteReplyMsg> {
    const future = kernel.requestExecute({
      code: '',
      silent: true,
      store_history: false,
      allow_stdin: false,
      stop_on_error: false,
      user_expressions: { told: `__import__('${MODULE}', fromlist=['_']).${call}` }
    });
    let timer = 0;
    const late = new Promise<never>((_, reject) => {
      timer = window.setTimeout(() => {
        future.dispose();
        reject(new CannotTell(this.trans.__('The kernel did not answer in time. Try again.')));
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([future.done, late]);
    } finally {
      window.clearTimeout(timer);
    }
  }

  private read(kernel: Kernel.IKernelConnection, reply: KernelMessage.IExecuteReplyMsg): unknown {
    const content = reply.content as { user_expressions?: { told?: Expression } };
    const told = content.user_expressions?.told;
    if (told?.status === 'ok') {
      return told.data['application/json'];
    }
    const reason = this.reason(told);
    this.unable.set(kernel.id, { reason, runs: this.workplace.runs });
    throw new CannotTell(reason);
  }

  private reason(told: Expression | undefined): string {
    const { trans } = this;
    if (told === undefined) {
      return trans.__('This kernel tells nothing about its variables; one of Python would.');
    }
    const { ename = '', evalue = '' } = told as { ename?: string; evalue?: string };
    if (/^(ModuleNotFound|Import)Error$/.test(ename)) {
      return trans.__(
        'jupyter_llmchat is missing in the kernel\'s environment. Install it there: pip install jupyter_llmchat'
      );
    }
    return trans.__('The variables could not be read (%1). Restart the kernel and try again.', `${ename}: ${evalue}`);
  }

  /** Of how many answers it waits: a kernel is busy with them, but not for long. */
  private asking = 0;
  private known: Known | null = null;
  /** Kernels that could not tell, until something runs in them. */
  private readonly unable = new Map<string, { reason: string; runs: number }>();
}

type Expression =
  | { status: 'ok'; data: Record<string, unknown> }
  | { status: 'error'; ename: string; evalue: string };
