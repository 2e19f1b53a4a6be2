import { AsyncPipe } from '@angular/common';
import { Component, inject, signal } from '@angular/core';
import { AuthService, type IdToken } from '@auth0/auth0-angular';
import { firstValueFrom } from 'rxjs';

import { environment } from '../environments/environment';

@Component({
  selector: 'app-root',
  imports: [AsyncPipe],
  template: `
    @if (auth.isLoading$ | async) {
      <p>One moment…</p>
    } @else if (auth.idTokenClaims$ | async; as claims) {
      @for (name of names; track name) {
        <p [attr.data-claim]="name">{{ shown(claims, name) }}</p>
      }
      @if (hasApi) {
        <button (click)="callApi()">Ping API</button>
      }
      <p role="status">{{ answer() }}</p>
      <button (click)="leave()">Log out</button>
    } @else {
      <button (click)="auth.loginWithRedirect()">Log in</button>
    }
  `,
})
export class App {
  protected readonly auth = inject(AuthService);
  protected readonly names = ['amr', 'email', 'iss'];

  protected readonly answer = signal('');
  protected readonly hasApi = Boolean(environment.auth.authorizationParams.audience);

  protected async callApi(): Promise<void> {
    const token = await firstValueFrom(this.auth.getAccessTokenSilently());
    const headers = { Authorization: `Bearer ${token}` };
    const response = await fetch(`${environment.apiUri}/api/external`, { headers });
    this.answer.set((await response.json()).msg);
  }

  protected shown(claims: IdToken, name: string): string {
    return typeof claims[name] === 'string' ? claims[name] : JSON.stringify(claims[name]);
  }

  protected leave(): void {
    this.auth.logout({ logoutParams: { returnTo: window.location.origin } });
  }
}
