import { join } from 'node:path'
import type { LoadedBatch } from '../../src/batches/batch-store.ts'
import type { TakenItem } from '../../src/batches/queue-store.ts'
import type { IssueCardDeps } from '../../src/cards/issue-card.ts'
import { createHolderStore } from '../../src/holders/holder-store.ts'
import type { Progress } from '../commands/progress-bar.ts'
import type { PinSource } from '../desk/holder-pin.ts'
import type { QueueDesk } from '../desk/queue-desk.ts'
import { keepDraftedSlip, slipPins, type SlipHead } from '../desk/slip-pin.ts'
import { releaseDeadRunners } from './dead-runners.ts'
import { createTeller } from './desk-teller.ts'
import { workAtDesk, type ItemOutcome } from './desk-work.ts'

export interface RunBatchOptions {
  readonly batch: LoadedBatch
  readonly desks: readonly QueueDesk[]
  readonly runner: string
  readonly leaseSeconds: number
  readonly signal: AbortSignal
  readonly progress: Progress
  /** The house, as PIN slips name it. */
  readonly operator: SlipHead['operator']
  /** null where no request of the batch wants a slip. */
  readonly slipFolder: string | null
  /** For holders who choose their PIN here. */
  readonly askedPins: PinSource
  readonly actorFor: (item: TakenItem) => Promise<string>
}

export interface DeskResult {
  readonly desk: string
  /** Why this desk could not go on; null where it worked until the end. */
  readonly error: unknown
}

export interface RunResult {
  readonly made: readonly { readonly item: TakenItem; readonly outcome: ItemOutcome }[]
  readonly desks: readonly DeskResult[]
}

/** Works at all desks at once, until the queue is empty or the signal says stop. */
export async function runBatch(deps: IssueCardDeps, options: RunBatchOptions): Promise<RunResult> {
  const { batch, desks, progress } = options
  await releaseDeadRunners(deps.db, batch.id)
  const made: RunResult['made'][number][] = []
  const work = desks.map(async (desk): Promise<DeskResult> => {
    const onOutcome = (item: TakenItem, outcome: ItemOutcome) => void made.push({ item, outcome })
    const teller = createTeller({ db: deps.db, desk: desk.name, progress, onOutcome })
    try {
      await workAtDesk(deps, desk, { ...options, teller, ...pinsOf(deps, options) })
      return { desk: desk.name, error: null }
    } catch (error) {
      return { desk: desk.name, error }
    }
  })
  return { desks: await Promise.all(work), made }
}

function pinsOf(deps: IssueCardDeps, { batch, slipFolder, operator, askedPins }: RunBatchOptions) {
  const pathOf = ({ number }: TakenItem): string => {
    if (slipFolder === null) throw new Error('a batch with PIN slips has a folder for them')
    return join(slipFolder, `${batch.id.slice(0, 8)}-${String(number).padStart(4, '0')}.pdf`)
  }
  return {
    pinsFor: async (item: TakenItem) => {
      if (item.pin === 'ask') return askedPins
      const holder = await createHolderStore(deps.db).find(item.holderId)
      const { kind, holderId } = item
      const at = deps.issuance.clock.now()
      return slipPins(pathOf(item), { name: holder?.displayName ?? holderId, kind, operator, at })
    },
    keepLeftSlip: async (item: TakenItem) => {
      if (item.pin === 'slip') await keepDraftedSlip(pathOf(item))
    },
  }
}
