import { rounded, type Figure } from './figures.ts'

/** A source of CPU seconds used so far, by part of the system. */
export type CpuMeter = () => CpuSeconds

type CpuSeconds = Readonly<Record<'service' | 'database' | 'redis', number>>

/** What is done again and again, and whose CPU it costs. */
export interface Load {
  /** What its figures begin with. */
  readonly name: string
  readonly cpu: CpuMeter
  readonly once: (worker: number) => Promise<unknown>
}

/** What one load took in one or more stretches of time. */
interface Taken {
  readonly durationsMs: readonly number[]
  readonly elapsedSeconds: number
  readonly cpu: CpuSeconds
}

export interface TimedOptions {
  /** How many run at the same time. */
  readonly concurrency: number
  readonly seconds: number
  /** Under load before anything is measured: Node compiles what it runs often while it runs. */
  readonly warmUpSeconds: number
}

/**
 * Runs a load and measures: per second of the clock, per CPU second of the service, and how long
 * one takes. Nothing is thrown away: an error ends it.
 */
export async function measureLoad(load: Load, options: TimedOptions): Promise<Figure[]> {
  await run(load, options.concurrency, until(options.warmUpSeconds))
  return figuresOf(load, await run(load, options.concurrency, until(options.seconds)))
}

export interface SideBySideOptions {
  readonly concurrency: number
  /** Of each load, before anything is measured: as many, so that Node has compiled both alike. */
  readonly warmUpCount: number
  /** The loads take turns, so that whatever else the machine does meets them alike. */
  readonly rounds: number
  readonly countPerRound: number
}

/**
 * Measures a load and what it is compared with in one go.
 *
 * @returns with `cpuRatio`, how many times the CPU time of one `base` one `load` costs: the median
 *   of the rounds, so that a machine which is busy for a moment does not decide it
 */
export async function measureSideBySide(
  { load, base }: { readonly load: Load; readonly base: Load },
  { concurrency, warmUpCount, rounds, countPerRound }: SideBySideOptions,
): Promise<{ figures: Figure[]; cpuRatio: number }> {
  for (const one of [base, load]) await run(one, concurrency, times(warmUpCount))
  const taken = new Map<Load, Taken[]>([base, load].map((one) => [one, []]))
  for (let round = 0; round < rounds; round++) {
    // Each goes first in every other round.
    for (const one of round % 2 === 0 ? [base, load] : [load, base])
      taken.get(one)?.push(await run(one, concurrency, times(countPerRound)))
  }
  const cpuOf = (one: Load) => (taken.get(one) ?? []).map(({ cpu }) => cpu.service)
  const baseCpu = cpuOf(base)
  return {
    figures: [...taken].flatMap(([one, stretches]) => figuresOf(one, sum(stretches))),
    cpuRatio: median(cpuOf(load).map((seconds, round) => seconds / (baseCpu[round] ?? NaN))),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2
}

/** Asked before each one: is there another? */
type GoOn = () => boolean

function until(seconds: number): GoOn {
  const end = performance.now() + seconds * 1000
  return () => performance.now() < end
}

function times(count: number): GoOn {
  let left = count
  return () => left-- > 0
}

async function run({ cpu, once }: Load, concurrency: number, goOn: GoOn): Promise<Taken> {
  const durationsMs: number[] = []
  const before = cpu()
  const began = performance.now()
  const worker = async (number: number) => {
    while (goOn()) {
      const start = performance.now()
      await once(number)
      durationsMs.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, number) => worker(number)))
  const elapsedSeconds = (performance.now() - began) / 1000
  return { durationsMs, elapsedSeconds, cpu: combine(cpu(), before, (now, then) => now - then) }
}

function sum(stretches: readonly Taken[]): Taken {
  return stretches.reduce((one, other) => ({
    durationsMs: [...one.durationsMs, ...other.durationsMs],
    elapsedSeconds: one.elapsedSeconds + other.elapsedSeconds,
    cpu: combine(one.cpu, other.cpu, (a, b) => a + b),
  }))
}

function combine(
  one: CpuSeconds,
  other: CpuSeconds,
  by: (a: number, b: number) => number,
): CpuSeconds {
  return {
    service: by(one.service, other.service),
    database: by(one.database, other.database),
    redis: by(one.redis, other.redis),
  }
}

function figuresOf({ name }: Load, { durationsMs, elapsedSeconds, cpu }: Taken): Figure[] {
  const count = durationsMs.length
  const sorted = durationsMs.toSorted((a, b) => a - b)
  const quantile = (part: number) => sorted[Math.floor(count * part)] ?? 0
  const rows = [
    ['per-second', count / elapsedSeconds, '1/s'],
    ['per-cpu-second', count / cpu.service, '1/s'],
    ['p50-ms', quantile(0.5), 'ms'],
    ['p99-ms', quantile(0.99), 'ms'],
    ['database-cpu-ms', (cpu.database * 1000) / count, 'ms'],
    ['redis-cpu-ms', (cpu.redis * 1000) / count, 'ms'],
  ] as const
  return rows.map(([figure, value, unit]) => {
    return { figure: `${name}.${figure}`, value: rounded(value), unit }
  })
}
