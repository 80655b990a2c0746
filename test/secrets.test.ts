import { describe, expect, test } from 'vitest'
import { parseEnvironment, type Variables } from '../src/config/environment.ts'
import { loadSecrets, type SecretFiles } from '../src/secrets.ts'

type Written = { path: string; content: string; isPrivate: boolean }

/** The data folder, with `secrets.json` in it or not. */
const createFolder = (text?: string) => {
  const written: Written[] = []
  const read: string[] = []
  let kept = text
  const files: SecretFiles = {
    read: (path) => {
      read.push(path)
      return Promise.resolve(kept)
    },
    write: (path, content, { isPrivate }) => {
      kept = content
      written.push({ path, content, isPrivate })
      return Promise.resolve()
    },
  }
  const load = (variables: Variables = {}) => {
    const parsed = parseEnvironment({ TANDEM_DATA: '/data', ...variables })
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
    return loadSecrets(parsed.environment, files)
  }
  return { load, written, read }
}

const GIVEN = {
  TANDEM_SECRET: 'secret-of-the-environment',
  TANDEM_OPERATOR_TOKEN: 'operator-of-the-environment',
  TWILIO_AUTH_TOKEN: 'new, old',
}
const KEPT = `{
  "secret": "kept-secret",
  "operatorToken": "kept-operator",
  "twilioAuthToken": "kept-auth"
}
`
const RANDOM = /^[\w-]{43}$/

describe('the secrets', () => {
  test('are those of the environment, and then no file is read or written', async () => {
    const { load, read, written } = createFolder()
    expect(await load(GIVEN)).toEqual({
      secret: 'secret-of-the-environment',
      operatorToken: 'operator-of-the-environment',
      authTokens: ['new', 'old'],
    })
    expect([read, written]).toEqual([[], []])
  })

  test('are made where there are none, each its own, and kept for the owner alone', async () => {
    const { load, written } = createFolder()
    const { secret, operatorToken, authTokens } = await load()
    const all = [secret, operatorToken, ...authTokens]
    expect(all).toHaveLength(3)
    for (const each of all) expect(each).toMatch(RANDOM)
    expect(new Set(all).size).toBe(3)
    expect(written).toEqual([{
      path: '/data/secrets.json',
      content: `{\n  "secret": "${secret}",\n  "operatorToken": "${operatorToken}",\n` +
        `  "twilioAuthToken": "${authTokens[0]}"\n}\n`,
      isPrivate: true,
    }])
  })

  test('are the same after a restart', async () => {
    const { load, written } = createFolder()
    const first = await load()
    expect(await load()).toEqual(first)
    expect(written).toHaveLength(1)
  })

  test('are those that were kept, and the file stays as it is', async () => {
    const { load, written } = createFolder(KEPT)
    expect(await load()).toEqual({
      secret: 'kept-secret',
      operatorToken: 'kept-operator',
      authTokens: ['kept-auth'],
    })
    expect(written).toEqual([])
  })

  test('of the environment go before those that were kept', async () => {
    const { load } = createFolder(KEPT)
    const { TANDEM_SECRET, TWILIO_AUTH_TOKEN } = GIVEN
    expect(await load({ TANDEM_SECRET })).toEqual({
      secret: 'secret-of-the-environment',
      operatorToken: 'kept-operator',
      authTokens: ['kept-auth'],
    })
    expect(await load({ TWILIO_AUTH_TOKEN })).toEqual({
      secret: 'kept-secret',
      operatorToken: 'kept-operator',
      authTokens: ['new', 'old'],
    })
  })

  test('of the environment are not written into the file', async () => {
    const { load, written } = createFolder()
    const { TANDEM_SECRET, TANDEM_OPERATOR_TOKEN } = GIVEN
    await load({ TANDEM_SECRET, TANDEM_OPERATOR_TOKEN })
    expect(written[0].content).not.toContain('of-the-environment')
  })

  test.each([
    '{"operatorToken":"kept-operator"}',
    '{"operatorToken":"kept-operator","secret":7}',
    '{"operatorToken":"kept-operator","secret":""}',
  ])('that a file lacks are made again, and the others stay: %s', async (text) => {
    const { load, written } = createFolder(text)
    const { secret, operatorToken } = await load()
    expect(secret).toMatch(RANDOM)
    expect(operatorToken).toBe('kept-operator')
    expect(JSON.parse(written[0].content)).toMatchObject({ secret, operatorToken })
  })

  test.each(['', 'null', '[]', '"text"', '{"secret":"cut off in the mid'])(
    'are made again when the file is damaged: %j',
    async (text) => {
      const { load, written } = createFolder(text)
      expect((await load()).secret).toMatch(RANDOM)
      expect(written).toHaveLength(1)
    },
  )

  test('of Twilio are never made up in production', async () => {
    const { load, written } = createFolder()
    const production = {
      NODE_ENV: 'production',
      OPENAI_API_KEY: 'sk-test',
      PUBLIC_URL: 'https://x.test',
    }
    const { authTokens } = await load({ ...production, ...GIVEN })
    expect(authTokens).toEqual(['new', 'old'])
    expect(written).toEqual([])
  })

  test('that can be kept nowhere end the start, with what to do', async () => {
    const parsed = parseEnvironment({ TANDEM_DATA: '/data' })
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
    const full = new Error("ENOSPC: no space left on device, write '/data/secrets.json.new'")
    const loading = loadSecrets(parsed.environment, {
      read: () => Promise.resolve(undefined),
      write: () => Promise.reject(full),
    })
    await expect(loading).rejects.toMatchObject({
      code: 'cannot-keep-secrets',
      message:
        "cannot keep secrets in /data/secrets.json: ENOSPC: no space left on device, write '/data/secrets.json.new'; " +
        'TANDEM_DATA must be a folder to which this user may write, ' +
        'or TANDEM_SECRET, TANDEM_OPERATOR_TOKEN and TWILIO_AUTH_TOKEN must be set',
    })
  })
})
