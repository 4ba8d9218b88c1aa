import { Command } from 'commander'
import { addCheckpoint } from './audit/checkpoint.ts'
import { addExport } from './audit/export.ts'
import { addKey } from './audit/key.ts'
import { addList } from './audit/list.ts'
import { addVerify } from './audit/verify.ts'

export function auditCommand(): Command {
  const audit = new Command('audit')
  addList(audit)
  addVerify(audit)
  addExport(audit)
  addCheckpoint(audit)
  addKey(audit)
  return audit
}
