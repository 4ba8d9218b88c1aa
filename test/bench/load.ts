import { rounded, type Figure } from './figures.ts'

/** A source of CPU seconds used so far, by part of the system. */
export type CpuMeter = () => Readonly<Record<'service' | 'database' | 'redis', number>>

export interface LoadOptions {
  readonly name: string
  /** How many run at the same time. */
  readonly concurrency: number
  readonly seconds: number
  /** Under load before anything is measured: Node compiles what it runs often while it runs. */
  readonly warmUpSeconds: number
  readonly cpu: CpuMeter
}

/**
 * Runs `once` again and again, `concurrency` at a time, and measures: per second of the clock, per
 * CPU second of the service, and how long one takes. Nothing is thrown away: an error ends it.
 */
export async function measureLoad(
  { name, concurrency, seconds, warmUpSeconds, cpu }: LoadOptions,
  once: (worker: number) => Promise<void>,
): Promise<Figure[]> {
  await runFor(warmUpSeconds, concurrency, once)
  const before = cpu()
  const began = performance.now()
  const durations = await runFor(seconds, concurrency, once)
  const elapsed = (performance.now() - began) / 1000
  const after = cpu()
  const used = (part: 'service' | 'database' | 'redis') => after[part] - before[part]
  const sorted = durations.toSorted((a, b) => a - b)
  const count = sorted.length
  return [
    { figure: `${name}.per-second`, value: rounded(count / elapsed), unit: '1/s' },
    { figure: `${name}.per-cpu-second`, value: rounded(count / used('service')), unit: '1/s' },
    { figure: `${name}.p50-ms`, value: rounded(sorted[Math.floor(count * 0.5)] ?? 0), unit: 'ms' },
    { figure: `${name}.p99-ms`, value: rounded(sorted[Math.floor(count * 0.99)] ?? 0), unit: 'ms' },
    {
      figure: `${name}.database-cpu-ms`,
      value: rounded((used('database') * 1000) / count),
      unit: 'ms',
    },
    { figure: `${name}.redis-cpu-ms`, value: rounded((used('redis') * 1000) / count), unit: 'ms' },
  ]
}

async function runFor(
  seconds: number,
  concurrency: number,
  once: (worker: number) => Promise<void>,
): Promise<number[]> {
  const durations: number[] = []
  const end = performance.now() + seconds * 1000
  const worker = async (number: number) => {
    while (performance.now() < end) {
      const began = performance.now()
      await once(number)
      durations.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, number) => worker(number)))
  return durations
}
