/** What `quaylog check` found: the collector looks, the terminal shows. No schema: it never crosses a wire. */

/**
 * `ok`: as it should be. `note`: worth knowing, and so on purpose. `risk`: lines may be lost or missed one day.
 * `trouble`: lines are lost or missed, or will be.
 */
export type Verdict = 'ok' | 'note' | 'risk' | 'trouble';

/** `advice`: what to do about it. Both hold text from containers, which is not to be trusted. */
export type Finding = { verdict: Verdict; text: string; advice?: string };

export type CheckSection = { title: string; findings: Finding[] };

/** `from`: where it was set, `default` if nowhere. Values of secrets are masked. */
export type SettingOrigin = { env: string; value: string; from: string };

export type CheckReport = { settings: SettingOrigin[]; sections: CheckSection[] };

/** What cannot be checked, because it was not asked for rightly: one sentence each. */
export type CheckRefusal = { problems: string[] };
