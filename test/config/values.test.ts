import { expect, test } from 'vitest'
import { parseDurationMs } from '../../src/config/values/duration.ts'
import { toE164 } from '../../src/config/values/phone-number.ts'
import { nearest } from '../../src/config/yaml/spelling.ts'
import { fingerprint } from '../../src/config/version.ts'

test('a duration has a unit or is in seconds', () => {
  expect(parseDurationMs('90s')).toBe(90_000)
  expect(parseDurationMs('30m')).toBe(1_800_000)
  expect(parseDurationMs('2h')).toBe(7_200_000)
  expect(parseDurationMs('1.5h')).toBe(5_400_000)
  expect(parseDurationMs('30 m')).toBe(1_800_000)
  expect(parseDurationMs(45)).toBe(45_000)
  for (const text of ['', '30', 'm', '30d', '-1m', '1h30m', '30M', 'toString']) {
    expect(parseDurationMs(text)).toBeUndefined()
  }
})

test('a phone number is forgiven its punctuation and a lost plus', () => {
  expect(toE164('+15005550006')).toBe('+15005550006')
  expect(toE164('+1 (500) 555-0006')).toBe('+15005550006')
  expect(toE164('+351 21.000.00.00')).toBe('+351210000000')
  expect(toE164(' 15005550006')).toBe('+15005550006')
  const none = ['', '+', '0015005550006', '+0500555000', '+123456', '+1234567890123456']
  for (const text of [...none, 'client:alice', 'sip:15005550006@example.com']) {
    expect(toE164(text)).toBeUndefined()
  }
})

test('the fingerprint is 64-bit FNV-1a', () => {
  expect(fingerprint([])).toBe('cbf29ce484222325')
  expect(fingerprint(['a'])).toBe('af63dc4c8601ec8c')
  expect(fingerprint(['foobar'])).toBe('85944171f73967e8')
})

test('the fingerprint knows where one text ends and the next begins', () => {
  expect(fingerprint(['ab', 'c'])).not.toBe(fingerprint(['a', 'bc']))
})

test('the nearest word forgives a few letters, case and underscores', () => {
  const known = ['voice', 'model', 'turnDetection', 'id', 'near_field']
  expect(nearest('voce', known)).toBe('voice')
  expect(nearest('modle', known)).toBe('model')
  expect(nearest('turn_detection', known)).toBe('turnDetection')
  expect(nearest('TurnDetecton', known)).toBe('turnDetection')
  expect(nearest('idd', known)).toBe('id')
  expect(nearest('near', known)).toBe('near_field')
  expect(nearest('colour', known)).toBeUndefined()
  expect(nearest('', known)).toBeUndefined()
})
