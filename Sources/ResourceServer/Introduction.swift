private import Support
