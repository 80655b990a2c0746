import { describe, expect, test } from 'vitest'
import { parseEnvironment, type Variables } from '../../src/config/environment.ts'

const environmentOf = (variables: Variables) => {
  const parsed = parseEnvironment(variables)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.environment
}

const problemsOf = (variables: Variables): readonly string[] => {
  const parsed = parseEnvironment(variables)
  return 'problems' in parsed
    ? parsed.problems.map(({ variable, message }) => `${variable} ${message}`)
    : []
}

describe('the environment', () => {
  test('has a default for everything on a laptop', () => {
    expect(environmentOf({})).toEqual({
      host: '0.0.0.0',
      port: 8080,
      publicUrl: undefined,
      openai: { apiKey: undefined, baseUrl: 'https://api.openai.com/v1' },
      twilio: {
        accountSid: undefined,
        authTokens: [],
        region: 'us1',
        apiUrl: undefined,
        apiKey: undefined,
        twimlAppSid: undefined,
      },
      configFolder: './config',
      dataFolder: './data',
      operatorToken: undefined,
      secret: undefined,
      machine: undefined,
      drain: { softMs: 180_000, hardMs: 240_000 },
      logLevel: 'info',
      isProduction: false,
    })
  })

  test('is what its variables say', () => {
    expect(environmentOf({
      HOST: '127.0.0.1',
      PORT: '0',
      PUBLIC_URL: 'https://voice.example.com',
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: 'http://127.0.0.1:9100/v1',
      TWILIO_ACCOUNT_SID: 'AC0123456789abcdef0123456789abcdef',
      TWILIO_AUTH_TOKEN: 'new',
      TWILIO_REGION: 'ie1',
      TWILIO_API_URL: 'http://127.0.0.1:9200/',
      TWILIO_API_KEY_SID: 'SK0123456789abcdef0123456789abcdef',
      TWILIO_API_KEY_SECRET: 'key-secret',
      TWILIO_TWIML_APP_SID: 'AP0123456789abcdef0123456789abcdef',
      TANDEM_CONFIG: '/etc/tandem',
      TANDEM_DATA: '/data',
      TANDEM_OPERATOR_TOKEN: 'operator',
      TANDEM_SECRET: 'secret',
      TANDEM_MACHINE: 'm1',
      DRAIN_SOFT_SECONDS: '30',
      DRAIN_HARD_SECONDS: '45',
      LOG_LEVEL: 'debug',
      NODE_ENV: 'production',
    })).toEqual({
      host: '127.0.0.1',
      port: 0,
      publicUrl: 'https://voice.example.com',
      openai: { apiKey: 'sk-test', baseUrl: 'http://127.0.0.1:9100/v1' },
      twilio: {
        accountSid: 'AC0123456789abcdef0123456789abcdef',
        authTokens: ['new'],
        region: 'ie1',
        apiUrl: 'http://127.0.0.1:9200',
        apiKey: { sid: 'SK0123456789abcdef0123456789abcdef', secret: 'key-secret' },
        twimlAppSid: 'AP0123456789abcdef0123456789abcdef',
      },
      configFolder: '/etc/tandem',
      dataFolder: '/data',
      operatorToken: 'operator',
      secret: 'secret',
      machine: 'm1',
      drain: { softMs: 30_000, hardMs: 45_000 },
      logLevel: 'debug',
      isProduction: true,
    })
  })

  test('takes an empty or blank variable for one that is not set', () => {
    const blank = {
      PORT: '',
      PUBLIC_URL: ' ',
      OPENAI_API_KEY: '',
      LOG_LEVEL: '',
      TANDEM_SECRET: ' ',
    }
    expect(environmentOf(blank)).toEqual(environmentOf({}))
  })

  test('takes blanks around a value away', () => {
    expect(environmentOf({ OPENAI_API_KEY: ' sk-test\n', PORT: ' 80 ' }))
      .toMatchObject({ openai: { apiKey: 'sk-test' }, port: 80 })
  })

  test('has several auth tokens while one is rotated', () => {
    expect(environmentOf({ TWILIO_AUTH_TOKEN: ' new , old,, ' }).twilio.authTokens)
      .toEqual(['new', 'old'])
  })

  test('has addresses without a slash at the end, to which a path can be added', () => {
    const { publicUrl, openai } = environmentOf({
      PUBLIC_URL: 'https://voice.example.com/phone//',
      OPENAI_BASE_URL: 'https://eu.api.openai.com/v1/',
    })
    expect(publicUrl).toBe('https://voice.example.com/phone')
    expect(openai.baseUrl).toBe('https://eu.api.openai.com/v1')
  })

  test('names the machine as Fly does, unless it is named here', () => {
    expect(environmentOf({ FLY_MACHINE_ID: '148e' }).machine).toBe('148e')
    expect(environmentOf({ FLY_MACHINE_ID: '148e', TANDEM_MACHINE: 'm1' }).machine).toBe('m1')
  })

  test.each([['DEBUG', 'debug'], ['warn', 'warning'], ['Warning', 'warning'], ['error', 'error']])(
    'understands the log level %s',
    (LOG_LEVEL, level) => {
      expect(environmentOf({ LOG_LEVEL }).logLevel).toBe(level)
    },
  )
})

describe('a mistake in the environment', () => {
  test.each(['65536', '-1', '80.5', 'http', '8080/tcp'])('is PORT=%s', (PORT) => {
    expect(problemsOf({ PORT })).toEqual([`PORT is no port number: ${PORT}`])
  })

  test('is an address to which no path can be added', () => {
    expect(problemsOf({ PUBLIC_URL: 'https://voice.example.com/?a=1' }))
      .toEqual(['PUBLIC_URL is an address with a query: https://voice.example.com/?a=1'])
  })

  test('is a list of auth tokens without one, in production', () => {
    const given = { NODE_ENV: 'production', OPENAI_API_KEY: 'k', PUBLIC_URL: 'https://a.example' }
    expect(problemsOf({ ...given, TWILIO_AUTH_TOKEN: ' , ' })).toHaveLength(1)
  })

  test.each(['voice.example.com', 'wss://voice.example.com', 'https://', '/phone'])(
    'is PUBLIC_URL=%s',
    (PUBLIC_URL) => {
      expect(problemsOf({ PUBLIC_URL }))
        .toEqual([`PUBLIC_URL is no http or https address: ${PUBLIC_URL.replace(/\/+$/, '')}`])
    },
  )

  test('is an address of the model that is none', () => {
    expect(problemsOf({ OPENAI_BASE_URL: 'ws://127.0.0.1:9100/v1' }))
      .toEqual(['OPENAI_BASE_URL is no http or https address: ws://127.0.0.1:9100/v1'])
  })

  test.each(['soon', '-1', '3 minutes'])('is a drain of %s', (seconds) => {
    expect(problemsOf({ DRAIN_SOFT_SECONDS: seconds, DRAIN_HARD_SECONDS: seconds })).toEqual([
      `DRAIN_SOFT_SECONDS is no number of seconds: ${seconds}`,
      `DRAIN_HARD_SECONDS is no number of seconds: ${seconds}`,
    ])
  })

  test.each(['trace', 'constructor'])('is LOG_LEVEL=%s', (LOG_LEVEL) => {
    expect(problemsOf({ LOG_LEVEL }))
      .toEqual([`LOG_LEVEL is none of debug, info, warn, warning, error: ${LOG_LEVEL}`])
  })

  test('is a region that Twilio does not have', () => {
    expect(problemsOf({ TWILIO_REGION: 'de1' }))
      .toEqual(['TWILIO_REGION is none of us1, ie1, au1: de1'])
  })

  test('is an address with a password, which is not said again', () => {
    expect(problemsOf({ PUBLIC_URL: 'https://me:secret@voice.example.com' }))
      .toEqual([
        'PUBLIC_URL is an address with a user or a password: https://...@voice.example.com',
      ])
    expect(problemsOf({ OPENAI_BASE_URL: 'wss://me:secret@example.com/v1' }))
      .toEqual(['OPENAI_BASE_URL is no http or https address: wss://...@example.com/v1'])
  })

  test('is an address of a database that whoever connects could not read, without its password', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://tandem:100%secret@db/tandem' }))
      .toEqual(['DATABASE_URL has a % that encodes nothing: in a password it is written %25'])
    expect(problemsOf({ DATABASE_URL: 'postgres://tandem:100%25secret@db/tandem' })).toEqual([])
    expect(problemsOf({ DATABASE_URL: 'mysql://tandem:secret@db/tandem' })).toEqual([
      'DATABASE_URL is no address of a PostgreSQL: postgres://user:password@host/database',
    ])
  })

  test('is a public address in production to which Twilio opens no streams', () => {
    const production = {
      NODE_ENV: 'production',
      OPENAI_API_KEY: 'sk-test',
      TWILIO_AUTH_TOKEN: 'token',
    }
    expect(problemsOf({ ...production, PUBLIC_URL: 'http://voice.example.com' })).toEqual([
      'PUBLIC_URL is not https, and Twilio opens no streams without it: http://voice.example.com',
    ])
    expect(problemsOf({ ...production, PUBLIC_URL: 'http://127.0.0.1:8080' })).toEqual([])
    expect(problemsOf({ PUBLIC_URL: 'http://voice.example.com' })).toEqual([])
  })

  test('is half of an API key', () => {
    expect(problemsOf({ TWILIO_API_KEY_SID: 'SK1' }))
      .toEqual(['TWILIO_API_KEY_SECRET is not set, but TWILIO_API_KEY_SID is: a key is both'])
    expect(problemsOf({ TWILIO_API_KEY_SECRET: 's' }))
      .toEqual(['TWILIO_API_KEY_SID is not set, but TWILIO_API_KEY_SECRET is: a key is both'])
  })

  test('is in production whatever Twilio and the model need', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      'OPENAI_API_KEY is not set: the model cannot be reached without it',
      'TWILIO_AUTH_TOKEN is not set: nobody could tell calls of Twilio from others',
      'PUBLIC_URL is not set: Twilio signs it, and must be told it',
    ])
  })

  test('is told together with all the others', () => {
    expect(problemsOf({
      NODE_ENV: 'production',
      OPENAI_API_KEY: 'sk-test',
      TWILIO_AUTH_TOKEN: 'token',
      PUBLIC_URL: 'example',
      PORT: 'x',
      LOG_LEVEL: 'loud',
    })).toEqual([
      'PORT is no port number: x',
      'LOG_LEVEL is none of debug, info, warn, warning, error: loud',
      'PUBLIC_URL is no http or https address: example',
    ])
  })
})
