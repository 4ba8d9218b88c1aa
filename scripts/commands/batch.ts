import { Command } from 'commander'
import { batchWords } from '../batch/batch-language.ts'
import { addCancel, addRetry } from './batch/change.ts'
import { addList, addShow } from './batch/list.ts'
import { addLoad } from './batch/load.ts'
import { addPrepare } from './batch/prepare.ts'
import { addPrint } from './batch/print.ts'
import { addReport } from './batch/report.ts'
import { addRun } from './batch/run.ts'
import { addSign } from './batch/sign.ts'

/** Cards by the hundred, in the order in which a batch comes about. */
export function batchCommand(): Command {
  const batch = new Command('batch').description(batchWords().help.batch)
  addPrepare(batch)
  addSign(batch, 'prepare')
  addSign(batch, 'approve')
  addLoad(batch)
  addRun(batch)
  addList(batch)
  addShow(batch)
  addRetry(batch)
  addCancel(batch)
  addReport(batch)
  addPrint(batch)
  return batch
}
