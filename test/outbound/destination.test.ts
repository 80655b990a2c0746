import { describe, expect, test } from 'vitest'
import { checkDestination } from '../../src/outbound/destination.ts'

const COUNTRIES = ['PT', 'US', 'GB', 'FR']

describe('a number may be called', () => {
  test.each([
    ['a landline', '+351213456789', 'PT'],
    ['a mobile', '+351912345678', 'PT'],
    ['one of the two', '+12125550123', 'US'],
    ['a free one', '+18005551234', 'US'],
    ['a landline in London', '+442079460123', 'GB'],
  ])('that is %s', async (_, number, country) => {
    expect(await checkDestination(number, COUNTRIES)).toEqual({ number, country })
  })
})

describe('a number may not be called', () => {
  test.each([
    ['is an emergency number', '112', 'emergency-number'],
    ['is one with a country', '+351112', 'emergency-number'],
    ['is one of America', '+1911', 'emergency-number'],
    ['is one with a plus', '+999', 'emergency-number'],
    ['has no country', '213456789', 'not-a-number'],
    ['is written with spaces', '+351 21 345 6789', 'not-a-number'],
    ['is nobody’s', '+351999999999', 'not-a-number'],
    ['is too long', '+3512134567891234', 'not-a-number'],
    ['is a word', 'client:alice', 'not-a-number'],
    ['is an address', 'sip:desk@example.com', 'not-a-number'],
    ['is nothing', '', 'not-a-number'],
    ['costs a fortune', '+19005551234', 'special-rate-number'],
    ['costs a fortune in France', '+33892123456', 'special-rate-number'],
    ['costs a fortune in Portugal', '+351760123456', 'special-rate-number'],
    ['shares its cost', '+351808123456', 'special-rate-number'],
    ['follows a person', '+447012345678', 'special-rate-number'],
    ['belongs to a company', '+351707123456', 'special-rate-number'],
    ['is in another country', '+4915112345678', 'country-not-allowed'],
    ['only looks American', '+18765551234', 'country-not-allowed'],
    ['is Canadian', '+14165550123', 'country-not-allowed'],
    ['is on a satellite', '+870773123456', 'country-not-allowed'],
  ])('that %s: %s', async (_, number, code) => {
    expect(await checkDestination(number, COUNTRIES)).toMatchObject({ code })
  })

  test('and why is said in words', async () => {
    expect(await checkDestination('+18765551234', ['US'])).toEqual({
      code: 'country-not-allowed',
      message: '+18765551234 is in JM, and outbound.countries has US',
    })
    expect(await checkDestination('+19005551234', ['US'])).toEqual({
      code: 'special-rate-number',
      message: '+19005551234 is no ordinary number (premium rate)',
    })
  })
})
