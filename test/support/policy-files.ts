// The policy that most stories run under: a project with one entitlement for each thing that can happen.

export const ORGANIZATION = `
teams:
  octo-org/platform: { github: "4710" }
  octo-org/release-managers: { github: "4711" }
projects:
  shop:
    owner: octo-org/platform
    may-offer:
      - { kind: jwt, audiences: [ https://previews.example.com, https://deploy.example.com ], claims: [ action ] }
      - { kind: _test }
`;

export const SHOP = `
project: shop
title: Web shop
owner: octo-org/platform
repositories:
  - { name: octo-org/octo-repo, id: "456789" }
entitlements:
  publish-preview:
    title: Publish a preview
    risk: low
    credential: { kind: jwt, audience: https://previews.example.com }
    ttl: 10m
    allow:
      - { branch: main, event: [push, workflow_dispatch] }
      - { branch: "release/*", environment: production, event: push }
  deploy:
    title: Deploy the web shop
    risk: high
    credential: { kind: jwt, audience: https://deploy.example.com, algorithm: RS256, claims: { action: deploy } }
    ttl: 5m
    max-per-job: 3
    allow:
      - { branch: main, environment: production, event: push }
  approve-me:
    title: Needs a second person
    risk: high
    credential: { kind: jwt, audience: https://deploy.example.com }
    ttl: 5m
    approval: { by: [octo-org/release-managers], count: 1, within: 30m }
    allow:
      - { branch: main, event: push }
  upstream:
    title: From another system
    risk: low
    credential: { kind: _test }
    ttl: 10m
    allow:
      - { branch: main, event: push }
`;
