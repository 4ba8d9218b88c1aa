import { Option, type Command } from 'commander'
import { cardKinds, type CardKind } from '../../src/holders/card-kind.ts'
import { issuePass, type IssuedPass } from '../../src/passes/issue-pass.ts'
import { inGroups } from '../../src/passes/pass-code.ts'
import { createPassSecret } from '../../src/passes/pass-secret.ts'
import { defaultPassSeconds } from '../../src/passes/pass.ts'
import { planPass, type PassRequest, type PlannedPass } from '../../src/passes/plan-pass.ts'
import { issueWithSlip } from '../print/pass-slip.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { civilTime } from '../words/civil-time.ts'
import { passWords } from '../words/pass-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { withAuthorities, type OpenAuthorities } from './open-authorities.ts'
import { createOutput, type Output } from './output.ts'
import {
  checkPassReason,
  findPassHolder,
  inPassWords,
  toInstant,
  toSeconds,
  toUses,
} from './pass-parts.ts'

interface IssueOptions {
  readonly holder: string
  readonly for: number
  readonly from?: Date
  readonly uses: number
  readonly application?: readonly string[]
  readonly as?: CardKind
  readonly mayRegisterPasskey?: boolean
  readonly reason: string
  readonly slip?: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function addIssue(pass: Command): void {
  const { verbs, options, issueNotes } = passWords()
  const { applyOption, jsonOption } = ecardWords()
  pass
    .command('issue')
    .description(verbs.issue)
    .requiredOption('--holder <who>', options.holder)
    .addOption(
      new Option('--for <span>', options.lasts)
        .argParser(toSeconds)
        .default(defaultPassSeconds, '8h'),
    )
    .option('--from <time>', options.from, toInstant)
    .option('--uses <n>', options.uses, toUses, 1)
    .option('--application <id...>', options.application)
    .addOption(new Option('--as <kind>', options.comesAs).choices(cardKinds))
    .option('--may-register-passkey', options.mayRegister)
    .requiredOption('--reason <text>', options.reason)
    .option('--slip <file>', options.slip)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText('after', issueNotes)
    .action((given: IssueOptions) => inPassWords(() => withAuthorities((all) => issue(all, given))))
}

async function issue(parts: OpenAuthorities, given: IssueOptions): Promise<void> {
  const reason = checkPassReason(given.reason)
  const holder = await findPassHolder(parts, given.holder)
  const { actor } = await actingOperator(parts, 'pass.issue', {
    ...{ kind: 'holder', holderId: holder.id },
  })
  const request = requestOf(given, { holderId: holder.id, actor, reason })
  const output = createOutput(given)
  const planned = await planPass(parts, request)
  sayPlan(output, { planned, request, issuer: parts.config.issuer })
  if (!(await confirmed(given))) {
    output.say(ecardWords().dryRun)
    output.tell({ applied: false, ...asJson(planned, request) })
    return
  }
  const issued = await makePass(parts, request, given.slip ?? null)
  sayIssued(output, issued, given.slip ?? null)
  const { pass, code } = issued
  output.tell({ applied: true, passId: pass.id, code, ...asJson({ ...planned, ...pass }, request) })
}

function requestOf(
  given: IssueOptions,
  who: Pick<PassRequest, 'holderId' | 'actor' | 'reason'>,
): PassRequest {
  return {
    ...who,
    cardKind: given.as ?? null,
    validFrom: given.from ?? null,
    lastsSeconds: given.for,
    uses: given.uses,
    clientIds: given.application ?? null,
    mayRegisterPasskey: given.mayRegisterPasskey === true,
  }
}

function makePass(
  parts: OpenAuthorities,
  request: PassRequest,
  path: string | null,
): Promise<IssuedPass> {
  const make = () => issuePass({ ...parts, secret: createPassSecret(parts.keystore) }, request)
  if (path === null) return make()
  const { operator } = parts.config
  return issueWithSlip({ path, at: parts.clock.now(), operator }, make)
}

function sayPlan(
  output: Output,
  about: {
    readonly planned: PlannedPass
    readonly request: PassRequest
    readonly issuer: string
  },
): void {
  const words = passWords()
  const { holder, cardKind, validFrom, validUntil } = about.planned
  const { clientIds, uses, mayRegisterPasskey } = about.request
  const name = holder.displayName
  const [from, until] = [civilTime(validFrom), civilTime(validUntil)]
  output.say(words.plan({ name, kind: words.kinds[cardKind], from, until }))
  output.say(words.opens(uses, clientIds?.join(', ') ?? words.everyApplication))
  if (mayRegisterPasskey) output.say(words.registers(`${about.issuer}/passkeys/pass`))
}

function sayIssued(output: Output, { code, replaced }: IssuedPass, slip: string | null): void {
  const words = passWords()
  output.say()
  output.say(words.code(inGroups(code)))
  output.say()
  output.say(words.once)
  if (replaced?.state === 'withdrawn') output.say(words.replaced)
  if (slip !== null) output.say(words.slipWritten(slip))
}

function asJson(
  { holder, cardKind, validFrom, validUntil }: PlannedPass,
  { uses, clientIds, mayRegisterPasskey }: PassRequest,
) {
  const { id: holderId } = holder
  return { holderId, cardKind, validFrom, validUntil, uses, clientIds, mayRegisterPasskey }
}
