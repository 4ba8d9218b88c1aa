import type { Command } from 'commander'
import { NotFound } from '../../src/errors.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import { createPassStore } from '../../src/passes/pass-store.ts'
import type { Pass } from '../../src/passes/pass.ts'
import { withdrawPass } from '../../src/passes/withdraw-pass.ts'
import { ecardWords } from '../program/ecard-words.ts'
import { passWords } from '../words/pass-words.ts'
import { actingOperator } from './acting-operator.ts'
import { confirmed } from './confirm.ts'
import { tellEnded } from './logout-report.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import { createOutput } from './output.ts'
import { checkPassReason } from './pass-parts.ts'

interface WithdrawOptions {
  readonly reason: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function addWithdraw(pass: Command): void {
  const { verbs, options, withdrawNotes } = passWords()
  const { applyOption, jsonOption } = ecardWords()
  pass
    .command('withdraw')
    .description(verbs.withdraw)
    .argument('<id>', options.id)
    .requiredOption('--reason <text>', options.reason)
    .option('--apply', applyOption)
    .option('--json', jsonOption)
    .addHelpText('after', withdrawNotes)
    .action((id: string, given: WithdrawOptions) =>
      withRegistry((registry) => withdraw(registry, id, given)),
    )
}

async function withdraw(registry: Registry, id: string, given: WithdrawOptions): Promise<void> {
  const words = passWords()
  const reason = checkPassReason(given.reason)
  const { id: passId, holderId } = await findWithdrawable(registry, id)
  const { actor } = await actingOperator(registry, 'pass.withdraw', { kind: 'holder', holderId })
  const holder = await createHolderStore(registry.db).find(holderId)
  const output = createOutput(given)
  output.say(words.withdrawing(holder?.displayName ?? holderId))
  const applied = await confirmed(given)
  if (!applied) {
    output.say(ecardWords().dryRun)
    output.tell({ applied, passId, holderId })
    return
  }
  await withdrawPass(registry, { passId, actor, reason })
  output.say(words.withdrawn)
  const told = await tellEnded(registry, [{ kind: 'pass', id: passId }], { of: 'pass', output })
  output.tell({ applied, passId, holderId, ...told })
}

/** @throws NotFound */
async function findWithdrawable({ db }: Registry, id: string): Promise<Pass> {
  const isUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)
  const pass = isUuid ? await createPassStore(db).find(id) : null
  if (pass !== null && (pass.state === 'live' || pass.state === 'used-up')) return pass
  throw new NotFound(passWords().notThere(id))
}
