import type { BatchRefusalReason } from '../../src/batches/batch-refused.ts'
import type { ItemCounts, ItemState } from '../../src/batches/batch-store.ts'
import type { PinMode, SignaturePart } from '../../src/batches/batch.ts'
import type { RequestFaultReason } from '../../src/batches/row-faults.ts'
import type { Facts } from '../../src/errors.ts'

/** Everything that the commands about batches say, in one language. */
export interface BatchWords {
  readonly refusals: Readonly<Record<BatchRefusalReason, (facts: Facts) => string>>
  readonly rowFaults: Readonly<Record<RequestFaultReason, (found: string) => string>>
  readonly states: Readonly<Record<ItemState, string>>
  readonly parts: Readonly<Record<SignaturePart, string>>
  readonly pins: Readonly<Record<PinMode, string>>
  readonly help: BatchHelp
  readonly line: string
  readonly rowCounts: (good: number, refused: number) => string
  readonly prepared: (of: { id: string; requests: number; path: string }) => string
  readonly nothingWritten: string
  readonly refusedStop: string
  readonly contents: (of: { id: string; requests: number; created: string }) => string
  readonly signedBy: (of: { name: string; part: string; at: string }) => string
  readonly notSigned: string
  readonly wouldSign: string
  readonly signed: (name: string, path: string) => string
  readonly needsApproval: (limit: number) => string
  readonly wouldLoad: (requests: number) => string
  readonly loaded: (id: string, requests: number) => string
  readonly wouldRun: (waiting: number, desks: string) => string
  readonly dryRun: string
  readonly label: string
  readonly insertCard: (of: { number: number; name: string; kind: string; desk: string }) => string
  readonly takeAway: (desk: string) => string
  readonly tryAnother: (why: string) => string
  readonly itemIssued: (of: { number: number; name: string; cardUuid: string }) => string
  readonly itemFailed: (of: { number: number; name: string; why: string }) => string
  readonly retryWith: (id: string, number: number) => string
  readonly itemLeft: (number: number) => string
  readonly stopping: string
  readonly deskStopped: (desk: string, why: string) => string
  readonly ran: (counts: ItemCounts) => string
  readonly goOnWith: (id: string) => string
  readonly slipsNeedFolder: string
  readonly oneSlipDesk: string
  readonly noReader: string
  readonly listHeadings: readonly [string, string, string, string, string]
  readonly itemHeadings: readonly [string, string, string, string, string, string]
  readonly reportHeadings: readonly string[]
  readonly none: string
  readonly cancelledAt: (at: string, reason: string) => string
  readonly approvedBy: (name: string) => string
  readonly preparedBy: (name: string) => string
  readonly wouldCancel: (waiting: number) => string
  readonly cancelled: (count: number) => string
  readonly wouldRetry: (failed: number) => string
  readonly retried: (numbers: string) => string
  readonly reported: (rows: number, path: string) => string
  readonly exists: (path: string) => string
  readonly nothingIssued: string
  readonly noSuchBatch: (id: string) => string
}

/** What `--help` says. */
export interface BatchHelp {
  readonly batch: string
  readonly prepare: string
  readonly prepareNotes: string
  readonly sign: string
  readonly approve: string
  readonly signNotes: (verb: string) => string
  readonly load: string
  readonly run: string
  readonly runNotes: string
  readonly list: string
  readonly show: string
  readonly retry: string
  readonly cancel: string
  readonly report: string
  readonly print: string
  readonly example: (line: string) => string
  readonly options: {
    readonly list: string
    readonly batchFile: string
    readonly batchId: string
    readonly out: string
    readonly photos: string
    readonly sheet: string
    readonly skipRefused: string
    readonly readers: string
    readonly terminals: string
    readonly slips: string
    readonly item: string
    readonly reason: string
    readonly reportOut: string
    readonly facesOut: string
    readonly photoFolder: string
  }
}
