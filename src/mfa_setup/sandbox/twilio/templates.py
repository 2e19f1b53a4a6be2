"""The templates of a trial of 2026: Twilio's names (sources: twilio-trial-templates) with made-up texts."""

# A shared number, assigned per verified recipient (sources: twilio-trial-regimes). not verified: its form
TRIAL_NUMBER = "+18779876543"

# not verified: the sample texts
TEMPLATES = {
    "sms_2fa": "Your verification code is 123456. Do not share it with anyone.",
    "sms_appointment_reminders": "Reminder: your appointment is tomorrow at 10:00 AM.",
    "sms_order_confirmation": "Thanks for your order! Your order number is 12345.",
    "sms_delivery_updates": "Your package is out for delivery.",
    "sms_customer_support": "Thanks for reaching out. An agent will be with you soon.",
    "sms_marketing_promotions": "Save 20% this week with the code SAVE20.",
    "sms_event_notifications": "Your event starts in one hour.",
    "sms_account_alerts": "There was a new sign-in to your account.",
    "sms_feedback_surveys": "How did we do? Reply with a number from 1 to 5.",
    "sms_internal_alerts": "Alert: CPU usage is over 90% on server 1.",
}
