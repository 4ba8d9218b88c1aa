import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts CPU time in hundredths of a second (`getconf CLK_TCK`). */
const ticksPerSecond = 100

interface ProcessTimes {
  readonly pid: number
  readonly parent: number
  readonly name: string
  readonly seconds: number
}

/** CPU seconds so far of a process and its living and ended children, less those named `apart`. */
export interface TreeTime {
  readonly own: number
  readonly apart: number
}

/**
 * Reads `/proc` (Linux only).
 *
 * @param apart - the name of child programs to count on their own, such as `postgres`
 */
export function cpuSecondsOfTree(pid: number, apart = 'postgres'): TreeTime {
  const processes = readProcesses()
  const sum = { own: 0, apart: 0 }
  const visit = (id: number, isApart: boolean) => {
    const found = processes.find((process) => process.pid === id)
    if (found === undefined) return
    const nowApart = isApart || found.name === apart
    sum[nowApart ? 'apart' : 'own'] += found.seconds
    for (const child of processes) if (child.parent === id) visit(child.pid, nowApart)
  }
  visit(pid, false)
  return sum
}

function readProcesses(): ProcessTimes[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [parseStat(readFileSync(`/proc/${name}/stat`, 'utf8'))]
      } catch {
        return [] // it ended between the two reads
      }
    })
}

/** Fields of proc(5) `stat`: the name stands in parentheses and may itself hold spaces. */
function parseStat(stat: string): ProcessTimes {
  const open = stat.indexOf('(')
  const close = stat.lastIndexOf(')')
  const after = stat
    .slice(close + 2)
    .split(' ')
    .map(Number)
  const ticks = [11, 12, 13, 14].reduce((sum, field) => sum + (after[field] ?? 0), 0)
  return {
    pid: Number(stat.slice(0, open - 1)),
    name: stat.slice(open + 1, close),
    parent: after[1] ?? 0,
    seconds: ticks / ticksPerSecond,
  }
}
