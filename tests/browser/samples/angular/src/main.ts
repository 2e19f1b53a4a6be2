import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { provideAuth0 } from '@auth0/auth0-angular';

import { App } from './app/app';
import { environment } from './environments/environment';

bootstrapApplication(App, {
  providers: [provideZonelessChangeDetection(), provideAuth0(environment.auth)],
}).catch((error) => console.error(error));
