import { createAuditStore } from '../../src/audit/audit-store.ts'
import { InputInvalid, NotFound } from '../../src/errors.ts'
import { createAgencyStore } from '../../src/holders/agency-store.ts'
import { changeTerminal, type TerminalChange } from '../../src/terminals/change-terminal.ts'
import { inviteTerminal } from '../../src/terminals/enrol-terminal.ts'
import { findTerminal } from '../../src/terminals/find-terminal.ts'
import { createTerminalStore } from '../../src/terminals/terminal-store.ts'
import type { Terminal, TerminalMode } from '../../src/terminals/terminal.ts'
import { withdrawTerminal } from '../../src/terminals/withdraw-terminal.ts'
import { terminalWords } from '../words/terminal-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { inTerminalWords } from './in-terminal-words.ts'
import { tellEnded } from './logout-report.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput, type Output } from './output.ts'

interface Wish {
  readonly apply?: boolean
  readonly json?: boolean
}

interface InviteOptions extends Wish {
  readonly name: string
  readonly mode: TerminalMode
  readonly agency?: string
  readonly desk?: boolean
}

export async function invite(options: InviteOptions): Promise<void> {
  const words = terminalWords()
  const { name, mode, desk: isDesk = false } = options
  const output = createOutput(options)
  if (isDesk && mode !== 'managed') throw new InputInvalid(words.personalDesk, { field: 'desk' })
  await withRegistry(async (registry) => {
    const agencyId = await agencyIdOf(registry, options.agency)
    const scope = { kind: 'agency', agencyId } as const
    const { actor } = await actingOperator(registry, 'terminal.change', scope)
    output.say(words.wouldInvite(words.modes[mode], name, isDesk))
    if (!(await goesOn(options, output, { name, mode, isDesk }))) return
    const invited = { name, mode, agencyId, isDesk, actor }
    const { terminal, code, expiresAt } = await inviteTerminal(depsOf(registry), invited)
    output.say(words.invited(terminal.name, terminal.id))
    output.say(words.code(code, expiresAt.toISOString()))
    output.say(words.howToEnrol(code, isDesk))
    output.tell({ applied: true, id: terminal.id, code, expiresAt })
  })
}

async function agencyIdOf({ db }: Registry, code: string | undefined): Promise<string | null> {
  if (code === undefined) return null
  const agency = await createAgencyStore(db).findByCode(code)
  if (agency === null) throw new NotFound(terminalWords().noSuchAgency(code))
  return agency.id
}

export async function withdraw(
  named: string,
  options: Wish & { readonly reason: string },
): Promise<void> {
  const words = terminalWords()
  const output = createOutput(options)
  await onTerminal(named, async (terminal, { registry, actor }) => {
    const { id, name, state } = terminal
    if (state === 'withdrawn') {
      output.say(words.alreadyWithdrawn(name))
      output.tell({ applied: false, id, name, state })
      return
    }
    output.say(words.wouldWithdraw(name))
    if (!(await goesOn(options, output, { id, name }))) return
    const { reason } = options
    const withdrawn = await withdrawTerminal(depsOf(registry), id, { actor, reason })
    output.say(words.withdrawn(name))
    const told = await tellEnded(registry, [{ kind: 'terminal', id }], { of: 'terminal', output })
    output.tell({ applied: true, id, name, state: withdrawn.state, ...told })
  })
}

export async function rename(
  named: string,
  options: Wish & { readonly name: string },
): Promise<void> {
  const words = terminalWords()
  await change(named, options, {
    to: { name: options.name },
    isSo: ({ name }) => name === options.name.normalize('NFC').trim(),
    would: ({ name }) => [words.wouldRename(name, options.name)],
    did: ({ name }) => [words.renamed(name)],
  })
}

export async function setDesk(named: string, answer: 'yes' | 'no', options: Wish): Promise<void> {
  const words = terminalWords()
  const isDesk = answer === 'yes'
  await change(named, options, {
    to: { isDesk },
    isSo: (terminal) => terminal.isDesk === isDesk,
    would: ({ name, mode }) => {
      if (isDesk && mode !== 'managed') throw new InputInvalid(words.personalDesk)
      return [words.wouldBeDesk(name, isDesk)]
    },
    did: ({ name }) => [words.isDesk(name, isDesk), ...(isDesk ? [words.startAsDesk] : [])],
  })
}

interface Change {
  readonly to: TerminalChange
  readonly isSo: (terminal: Terminal) => boolean
  readonly would: (terminal: Terminal) => string[]
  readonly did: (terminal: Terminal) => string[]
}

async function change(named: string, wish: Wish, { to, isSo, would, did }: Change): Promise<void> {
  const output = createOutput(wish)
  await onTerminal(named, async (terminal, { registry, actor }) => {
    const { id } = terminal
    if (isSo(terminal)) {
      output.say(terminalWords().unchanged)
      output.tell({ applied: false, id, ...to })
      return
    }
    for (const line of would(terminal)) output.say(line)
    if (!(await goesOn(wish, output, { id, ...to }))) return
    const changed = await changeTerminal(depsOf(registry), terminal, { ...to, actor })
    for (const line of did(changed)) output.say(line)
    output.tell({ applied: true, id, name: changed.name, isDesk: changed.isDesk })
  })
}

async function onTerminal(
  named: string,
  work: (
    terminal: Terminal,
    by: { readonly registry: Registry; readonly actor: string },
  ) => Promise<void>,
): Promise<void> {
  await withRegistry(async (registry) => {
    const terminals = createTerminalStore(registry.db)
    const terminal = await inTerminalWords(() => findTerminal(terminals, named))
    const scope = { kind: 'terminal', terminalId: terminal.id } as const
    const { actor } = await actingOperator(registry, 'terminal.change', scope)
    await work(terminal, { registry, actor })
  })
}

/** Whether what was just said is to be done; a dry run says that nothing was. */
async function goesOn(wish: Wish, output: Output, plan: object): Promise<boolean> {
  if (await confirmed(wish)) return true
  output.say(terminalWords().dryRun)
  output.tell({ applied: false, ...plan })
  return false
}

function depsOf({ db, clock, random }: Registry) {
  return { terminals: createTerminalStore(db), audit: createAuditStore(db), clock, random }
}
