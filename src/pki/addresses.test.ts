import { describe, expect, it } from 'vitest'
import { createPkiAddresses, pointersTo } from './addresses.ts'

const addresses = createPkiAddresses('http://pki.example')

describe('addresses in certificates', () => {
  it('name the authority by its slug, and the part of its revocation list', () => {
    expect(addresses.caIssuers('citizen-2')).toBe('http://pki.example/pki/ca/citizen-2.cer')
    expect(addresses.ocsp()).toBe('http://pki.example/pki/ocsp')
    expect(addresses.crl('citizen', 7)).toBe('http://pki.example/pki/crl/citizen/7.crl')
  })

  it('are those that the profile wants, and no others', () => {
    const issuer = { slug: 'root', crlPartition: 0 }
    expect(pointersTo(issuer, ['caIssuers', 'crl'], addresses)).toEqual({
      caIssuers: 'http://pki.example/pki/ca/root.cer',
      ocsp: null,
      crl: 'http://pki.example/pki/crl/root/0.crl',
    })
    expect(pointersTo(issuer, [], addresses)).toEqual({ caIssuers: null, ocsp: null, crl: null })
  })
})
