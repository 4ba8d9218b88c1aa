import { readFileSync } from 'node:fs'

/**
 * When a process started, in clock ticks since boot, as text (proc(5), stat field 22): with the
 * number it names one process for good, since numbers are used again. null where the system does
 * not say (no /proc, or no such process).
 */
export function startOfProcess(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name, in brackets, may itself hold spaces and brackets.
    const afterName = stat.slice(stat.lastIndexOf(')') + 2)
    return afterName.split(' ')[19] ?? null
  } catch {
    return null
  }
}

/** Whether `pid` still is the process that had this start; without a start, whether it runs at all. */
export function isSameProcess(pid: number, start: string | null): boolean {
  if (!isRunning(pid)) return false
  return start === null || startOfProcess(pid) === start
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it runs, under another user.
    return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
