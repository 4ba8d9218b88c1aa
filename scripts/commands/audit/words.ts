import { wordsFor } from '../../words/language.ts'
import { auditEn } from '../../words/audit-en.ts'
import { auditVi } from '../../words/audit-vi.ts'
import { auditHelpEn } from '../../words/audit-help-en.ts'
import { auditHelpVi } from '../../words/audit-help-vi.ts'
import type { AuditHelpWords } from '../../words/audit-help-words.ts'
import type { AuditWords } from '../../words/audit-words.ts'

/** What the audit commands say, in the language of the person who asks. */
export function auditWords(): AuditWords {
  return wordsFor({ vi: auditVi, en: auditEn })
}

export function auditHelp(): AuditHelpWords {
  return wordsFor({ vi: auditHelpVi, en: auditHelpEn })
}
