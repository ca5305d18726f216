"""What leaves for Stripe and what the stand-in answers, held against what Stripe and its library publish. All of it offline."""
