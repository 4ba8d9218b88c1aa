import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isPcscServiceThere } from './pcsc-service.ts'

describe('the PC/SC service', () => {
  it('is there while its socket takes connections', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ecard-pcsc-'))
    const environment = { PCSCLITE_CSOCK_NAME: join(folder, 'pcscd.comm') }
    expect(await isPcscServiceThere(environment, 'linux')).toBe(false)
    const server = createServer((socket) => socket.destroy())
    server.listen(environment.PCSCLITE_CSOCK_NAME)
    await once(server, 'listening')
    expect(await isPcscServiceThere(environment, 'linux')).toBe(true)
    server.close()
    await once(server, 'close')
    expect(await isPcscServiceThere(environment, 'linux')).toBe(false)
    await rm(folder, { recursive: true })
  })

  it('is part of the system elsewhere', async () => {
    expect(await isPcscServiceThere({ PCSCLITE_CSOCK_NAME: '/nowhere' }, 'win32')).toBe(true)
  })
})
