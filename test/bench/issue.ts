import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { CardPort } from '../../card-reader/card-port.ts'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { deskOver } from '../../scripts/desk/local-desk.ts'
import { issueCard } from '../../src/cards/issue-card.ts'
import {
  alwaysChosen,
  openIssuingFixture,
  type IssuingFixture,
} from '../support/issuing-fixture.ts'
import { openPkiFixture } from '../support/pki-fixture.ts'
import { startPostgres } from '../support/servers.ts'
import { rounded, type Figure } from './figures.ts'

/** The first cards find nothing warm; the median of the others counts. */
const warmUps = 3
const runs = 15

/**
 * What issuing one civil servant's card costs: milliseconds of everything but the card itself, and
 * exchanges with the card.
 */
export async function measureIssuing(): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ecard-bench-issue-'))
  const postgres = await startPostgres(join(folder, 'postgres'))
  const fixture = await openIssuingFixture(await openPkiFixture(postgres.url))
  try {
    const costs: Cost[] = []
    for (let run = 0; run < warmUps + runs; run++) costs.push(await issueOne(fixture))
    const measured = costs.slice(warmUps)
    return [
      { figure: 'issue.software-ms', value: rounded(median(measured, 'softwareMs')), unit: 'ms' },
      { figure: 'issue.exchanges', value: median(measured, 'exchanges'), unit: 'exchanges' },
    ]
  } finally {
    await fixture.close()
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Cost {
  readonly softwareMs: number
  readonly exchanges: number
}

async function issueOne(fixture: IssuingFixture): Promise<Cost> {
  const { deps } = fixture
  const asked = await fixture.request('civil-servant')
  const spent = { cardMs: 0, exchanges: 0 }
  const port = timedPort(VirtualCard.create(), spent)
  const desk = deskOver(port, { reader: 'timed', pins: alwaysChosen, trace: null })
  const begin = performance.now()
  await desk.withCard((card) => issueCard(deps, card, asked))
  const wholeMs = performance.now() - begin
  await desk.close()
  return { softwareMs: wholeMs - spent.cardMs, exchanges: spent.exchanges }
}

/** A reader with that card, which counts the time that the card takes for its answers. */
function timedPort(card: VirtualCard, spent: { cardMs: number; exchanges: number }): CardPort {
  return {
    readers: () => [{ name: 'timed', cardPresent: true }],
    onChange: () => () => undefined,
    close: () => Promise.resolve(),
    withCard: (_, work) =>
      work({
        transmit: (command) => {
          const begin = performance.now()
          const response = card.transmit(command)
          spent.cardMs += performance.now() - begin
          spent.exchanges += 1
          return Promise.resolve(response)
        },
        exchanges: 0,
        bytes: 0,
      }),
  }
}

function median(costs: readonly Cost[], of: keyof Cost): number {
  const values = costs.map((cost) => cost[of]).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? Number.NaN
}
