/** The programs as people run them: service, agent and `ecard`, and a card at the agent's reader. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { VirtualCard } from '../../card-reader/virtual-card/virtual-card.ts'
import { createFakePinDesk, type FakePinDesk } from '../support/fake-pin-desk.ts'
import { runProgram, startProgram, type Program } from '../support/program.ts'
import { startServiceNodes, type ServiceNodes } from '../support/service-nodes.ts'
import { createTestDatabase } from '../support/test-database.ts'
import { testRedisUrl } from '../support/test-redis.ts'

let folder: string
let database: Awaited<ReturnType<typeof createTestDatabase>>
let service: ServiceNodes
let pinDesk: FakePinDesk
let agent: Program | null = null

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-far-desk-'))
  database = await createTestDatabase()
  pinDesk = await createFakePinDesk(folder)
  const redisUrl = testRedisUrl()
  service = await startServiceNodes({
    ...{ count: 1, folder, databaseUrl: database.url, redisUrl, cards: 1 },
  })
}, 60_000)
afterAll(async () => {
  await agent?.stop()
  await service.stop()
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

function ecard(...args: readonly string[]): Promise<{ status: number | null; output: string }> {
  return runProgram('scripts/ecard.ts', args, {
    ECARD_ISSUER: service.nodes[0]?.url,
    ECARD_DATA_DIR: join(folder, 'data'),
    DATABASE_URL: database.url,
    ECARD_LANG: 'en',
  })
}

function agentProgram(...args: readonly string[]): Program {
  return startProgram('card-reader/main.ts', [...args, '--state-dir', join(folder, 'agent')], {
    ...pinDesk.environment,
    ECARD_LOG_LEVEL: 'warn',
  })
}

async function typeTwice(pin: string): Promise<void> {
  for (let time = 0; time < 2; time++) {
    await pinDesk.type(pin)
    await vi.waitFor(
      () => {
        expect(existsSync(join(folder, 'typed'))).toBe(false)
      },
      { timeout: 20_000 },
    )
  }
}

it('issues a card at a terminal that an administrator made an issuing desk', async () => {
  const invited = await ecard(
    'terminal',
    'invite',
    '--name',
    'Bàn 1',
    '--desk',
    '--apply',
    '--json',
  )
  const { code } = JSON.parse(invited.output) as { code: string }
  const issuer = service.nodes[0]?.url ?? ''
  expect(await agentProgram('enrol', '--issuer', issuer, '--code', code).ended).toBe(0)
  const file = join(folder, 'card.json')
  VirtualCard.create({ file })
  agent = agentProgram('run', '--no-open', '--desk', '--virtual-card', file)
  await agent.untilSays(/Terminal "Bàn 1"/)
  await vi.waitFor(
    async () => {
      expect((await ecard('terminal', 'list')).output).toMatch(/Bàn 1 .*online/)
    },
    { timeout: 20_000, interval: 500 },
  )

  const issue = ['card', 'issue', '--holder', '000000000001', '--kind', 'citizen', '--apply']
  const typing = typeTwice('204867')
  const issued = await ecard(...issue, '--terminal', 'Bàn 1')
  expect(issued, issued.output).toMatchObject({ status: 0 })
  await typing
  const [, number] = /Terminal "Bàn 1", number (\d\d)/.exec(issued.output) ?? []
  expect(agent.output()).toContain(`Card desk (number ${number ?? '?'}): Working on the card`)
  const { pin } = VirtualCard.open({ file }).state
  expect(pin.value).toBe(`${Buffer.from('204867').toString('hex')}ffff`)
}, 90_000)
