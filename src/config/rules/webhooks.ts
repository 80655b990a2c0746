/** What `webhooks` must mean: each server is one, is named once, and its secret is not in the file. */
import { list, text } from './checks.ts'
import type { Finding, Problem } from '../problem.ts'
import { checkVariables, type HasVariable, parseTemplate, slotsOf } from '../values/templates.ts'
import type { YamlFile } from '../yaml/yaml-file.ts'

/** Checks the webhooks of a customer. */
export const checkWebhooks = (yaml: YamlFile, hasVariable: HasVariable): readonly Problem[] => {
  const urls: unknown[] = []
  return list(yaml, ['webhooks']).flatMap((_, index) => {
    const path = ['webhooks', index, 'url']
    const url = yaml.at(path)
    const isTwice = urls.includes(url)
    if (typeof url === 'string') urls.push(url)
    return [
      ...text(yaml, path, (value) => isTwice ? listedTwice(value) : checkWebhookUrl(value)),
      ...text(yaml, ['webhooks', index, 'secret'], (value) => checkSecret(value, hasVariable)),
    ]
  })
}

const listedTwice = (url: string): Finding => ({
  code: 'invalid-url',
  message: `${url} is listed twice`,
  hint: 'keep one of them, with the events of both',
})

const checkWebhookUrl = (value: string): Finding | undefined => {
  const url = value.includes('${') ? null : URL.parse(value)
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  return isHttp && !url.hash && !url.username && !url.password ? undefined : {
    code: 'invalid-url',
    message: `"${value}" is no http or https address that events can be sent to`,
    hint: 'write https://crm.example.com/calls, without a password; the signature says who sends',
  }
}

const checkSecret = (value: string, hasVariable: HasVariable): Finding | undefined => {
  const kinds = slotsOf(parseTemplate(value)).map(({ kind }) => kind)
  if (kinds.length > 0 && kinds.every((kind) => kind === 'env')) {
    return checkVariables(value, hasVariable)
  }
  return {
    code: 'invalid-value',
    message: 'the secret of a webhook comes from the environment',
    hint: 'write "${env:NAME}"',
  }
}
