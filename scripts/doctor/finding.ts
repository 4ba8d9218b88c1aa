import type { Facts } from '../../src/errors.ts'
import type { Finding, HealthLevel } from '../../src/health.ts'
import { doctorEn } from '../words/doctor-en.ts'
import type { DoctorCode } from '../words/doctor-words.ts'

/** What the doctor found by itself, in the English of programs; `print` has the reader's words. */
export function found(level: HealthLevel, code: DoctorCode, facts: Facts = {}): Finding {
  return { level, ...doctorEn.findings[code](facts), code, facts }
}
