/**
 * The project's benchmark: `npm run bench`. Ratios within one run are what to compare; machines
 * differ and are noisy.
 */
import { Command } from 'commander'
import { createReport, type Figure } from './figures.ts'
import { benchParts, type BenchSettings } from './parts.ts'

const program = new Command('bench')
  .description('Measures sign-ins, tokens, taps and the start of the service.')
  .option('--json', 'one line of JSON for each figure')
  .option('--only <prefix>', 'only figures that begin so, such as sign-in.card')
  .option('--quick', 'shorter: each part takes less than 40 seconds; audit. is left out')
  .addHelpText(
    'after',
    `
Examples:
  npm run bench
  npm run bench -- --json --quick --only tap`,
  )
  .parse()

const options = program.opts<{ json?: boolean; only?: string; quick?: boolean }>()
const isQuick = options.quick === true
const concurrency = 16
const settings: BenchSettings = {
  ...{ concurrency, seconds: isQuick ? 6 : 20, warmUpSeconds: isQuick ? 4 : 10 },
  deskCount: isQuick ? 50 : 500,
  compared: isQuick
    ? { concurrency, warmUpCount: 3500, rounds: 8, countPerRound: 200 }
    : { concurrency, warmUpCount: 5000, rounds: 20, countPerRound: 300 },
}
const only = options.only ?? ''
const wants = (prefix: string) => prefix.startsWith(only) || only.startsWith(prefix)
const chosen = benchParts.filter(({ figures }) => figures.some(wants))
if (chosen.length === 0) {
  console.error(`No figure begins with ${only}. Leave --only out to see all of them.`)
  process.exit(2)
}

const run = chosen.filter(({ isLong }) => !(isQuick && isLong === true))
if (run.length === 0) {
  console.error(`What begins with ${only} takes longer than a quick part. Leave --quick out.`)
  process.exit(2)
}

const report = createReport(options.json === true)
const measured: Figure[] = []
for (const part of run) {
  if (options.json !== true) console.error(`… ${part.figures.join(', ')}`)
  measured.push(...(await part.run(settings, wants)))
}
report.add(measured.filter(({ figure }) => figure.startsWith(only)))
report.print()
process.exit(0)
