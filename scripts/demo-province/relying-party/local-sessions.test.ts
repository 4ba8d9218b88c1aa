import { describe, expect, it } from 'vitest'
import { systemRandom } from '../../../src/random.ts'
import { createLocalSessions, type SignedIn } from './local-sessions.ts'

describe('the sessions of one application', () => {
  it('ends the session that a logout token names, and no other of the same person', () => {
    const sessions = createLocalSessions(systemRandom)
    const [here, elsewhere] = [sessions.start(mau('s1')), sessions.start(mau('s2'))]
    expect(sessions.endAll({ sid: 's1', subject: 'mau' })).toBe(1)
    expect(sessions.find(here ?? '')).toBeNull()
    expect(sessions.find(elsewhere ?? '')?.name).toBe('Nguyễn Văn Mẫu')
  })

  it('ends all sessions of a subject when the token names no session', () => {
    const sessions = createLocalSessions(systemRandom)
    sessions.start(mau('s1'))
    sessions.start(mau('s2'))
    expect(sessions.endAll({ sid: null, subject: 'mau' })).toBe(2)
    expect(sessions.all()).toEqual([])
  })

  it('never starts a session that the service has ended already', () => {
    const sessions = createLocalSessions(systemRandom)
    sessions.endAll({ sid: 's1', subject: 'mau' })
    expect(sessions.start(mau('s1'))).toBeNull()
  })

  it('tells a browser once that it was signed out from elsewhere', () => {
    const sessions = createLocalSessions(systemRandom)
    const id = sessions.start(mau('s1')) ?? ''
    sessions.endAll({ sid: 's1', subject: null })
    expect(sessions.takeEndedElsewhere(id)).toBe(true)
    expect(sessions.takeEndedElsewhere(id)).toBe(false)
  })

  it('says nothing of the kind after a sign-out of its own', () => {
    const sessions = createLocalSessions(systemRandom)
    const id = sessions.start(mau('s1')) ?? ''
    expect(sessions.end(id)?.subject).toBe('mau')
    expect(sessions.takeEndedElsewhere(id)).toBe(false)
  })
})

function mau(sid: string): SignedIn {
  return {
    ...{ subject: 'mau', sid, idToken: '', name: 'Nguyễn Văn Mẫu', office: '' },
    ...{ acr: 'urn:ecard:loa:low', amr: ['hwk'], at: new Date('2026-11-21T03:00:00Z') },
  }
}
